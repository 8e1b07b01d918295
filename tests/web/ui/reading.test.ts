import { describe, expect, it } from 'vitest';
import { readingBesidePrompt } from '../../../web/src/ui/reading';

describe('the switches of how a prompt is read', () => {
  it.each([
    ['full', {}, 'The sun', true],
    ['simple', {}, 'The sun', false],
    ['simple', {}, 'a < b and b > c', false],
    ['simple', { special: true }, 'The sun', true],
    ['simple', { mark: true }, 'The sun', true],
    ['simple', {}, 'One.<|endoftext|>Two.', true],
    ['simple', {}, '<s>hi</s>', true],
  ] as const)('in %s, with %o and “%s”: beside the prompt %s', (depth, reading, text, beside) => {
    expect(readingBesidePrompt(depth, reading, text)).toBe(beside);
  });
});
