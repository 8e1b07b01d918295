import { describe, expect, it } from 'vitest';
import { type Reason, reason } from '../../../web/src/protocol/reasons';
import { catalogues } from '../../../web/src/i18n';
import { failureSentence } from '../../../web/src/state/failure';

const { en, ko } = catalogues;

describe('failureSentence', () => {
  it('says what the engine found in the reader’s language, with its numbers, and leaves the original out', () => {
    const failure = {
      message: "the prompt has 1701 tokens, 189 more than this model's context of 1512",
      reason: reason('prompt_too_long', { tokens: 1701, over: 189, context: 1512 }),
    };
    expect(failureSentence(en, failure)).toEqual({
      said: 'The prompt has 1,701 tokens, 189 more than the 1,512 this model can read.',
      quote: null,
    });
    const { said, quote } = failureSentence(ko, failure);
    expect(said).toMatch(/1,701개.*1,512개.*189개/);
    expect(quote).toBeNull();
  });

  it('quotes the original where it says more than the sentence', () => {
    const message = 'safetensors header: begins with byte 60, wanted {';
    const { said, quote } = failureSentence(ko, { message, reason: reason('header_damaged') });
    expect(said).toMatch(/[가-힣]/);
    expect(quote).toBe(message);
  });

  it.each([undefined, { code: 'of_a_newer_engine', details: {} } as unknown as Reason])(
    'quotes the original where there is no sentence: %j',
    (why) => {
      const failure = why ? { message: 'boom', reason: why } : { message: 'boom' };
      expect(failureSentence(ko, failure)).toEqual({ said: null, quote: 'boom' });
    },
  );
});
