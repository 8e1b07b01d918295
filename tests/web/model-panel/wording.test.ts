/** Failures and progress in words, in both languages. */
import { expect, test } from 'vitest';
import { catalogues } from '../../../web/src/i18n';
import { reason } from '../../../web/src/protocol/reasons';
import { readConfig } from '../../../web/src/models/architecture';
import type { PlainFailure } from '../../../web/src/protocol/model-failure';
import { ModelFailure } from '../../../web/src/models/failure';
import { failureText, progressText } from '../../../web/src/model-panel/wording';

const [en, ko] = [catalogues.en.models, catalogues.ko.models];

function failureOf(work: () => unknown): PlainFailure {
  try {
    work();
  } catch (error) {
    return ModelFailure.from(error).plain();
  }
  return expect.fail('it went through');
}

test('another architecture is refused by its name and with the reason', () => {
  const llama = failureOf(() => readConfig('{"model_type":"llama"}'));
  expect(failureText(en, llama)).toMatch(/“llama” model, not a GPT-2: it rotates queries and keys/);
  expect(failureText(ko, llama)).toMatch(/GPT-2가 아니라 “llama”예요\. 쿼리와 키를/);
  const strange = failureOf(() => readConfig('{"model_type":"hyena"}'));
  expect(failureText(en, strange)).toMatch(/“hyena” .*: its pass is another one/);
});

test('what the engine found at fault is said in the language of the page, or quoted', () => {
  const cause = reason('tensor_missing', { name: 'h.0.attn.c_attn.weight', count: 2 });
  const plain = new ModelFailure('weights', { detail: 'the engine: none' }, cause).plain();
  // Through a worker.
  const failure = ModelFailure.of(structuredClone(plain)).plain();
  expect(failure).toEqual({ code: 'weights', values: { detail: 'the engine: none' }, cause });
  for (const text of [en, ko]) {
    expect(failureText(text, failure)).toContain('h.0.attn.c_attn.weight');
    expect(failureText(text, failure)).not.toContain('the engine');
    const unknown = { ...failure, cause: { code: 'of a newer engine', details: {} } as never };
    expect(failureText(text, unknown)).toContain('the engine: none');
  }
});

test('a wrong original is told by its length, or by its hash', () => {
  const file = 'a.safetensors';
  const long = new ModelFailure('otherFile', { file, got: 5, wanted: 4 });
  expect(failureText(en, long)).toMatch(
    /^a\.safetensors is not the file .*it has 5 bytes, and that one had 4/,
  );
  expect(failureText(ko, long)).toMatch(/5바이트인데 원본은 4바이트/);
  const hash = new ModelFailure('otherFile', { file });
  expect(failureText(en, hash)).toContain('its SHA-256 is another one');
  expect(failureText(ko, hash)).toContain('SHA-256이 달라요');
});

test('progress names stage, bytes, rate and time left, and leaves out what is not known', () => {
  const progress = { stage: 'downloading' as const, received: 312e6, total: 548e6, rate: 24.1e6, left: 9.8 };
  expect(progressText(en, progress)).toBe(
    'Downloading and converting · 312 MB of 548 MB · 24.1 MB/s · 10 s left',
  );
  expect(progressText(en, { ...progress, rate: null, left: null })).toBe(
    'Downloading and converting · 312 MB of 548 MB',
  );
  expect(progressText(en, { ...progress, received: 0, total: null, rate: null, left: null })).toBe(
    'Downloading and converting',
  );
});
