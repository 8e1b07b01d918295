import { describe, expect, it } from 'vitest';
import { isForeign, partsOf } from '../../../web/src/format/characters';

const encoder = new TextEncoder();
const cut = (text: string, ...lengths: number[]) => {
  const bytes = encoder.encode(text);
  let at = 0;
  return lengths.map((length) => ({ bytes: bytes.subarray(at, (at += length)) }));
};

describe('partsOf', () => {
  it.each([
    ['whole words', cut('He lived', 2, 6), [undefined, undefined]],
    ['a syllable of three tokens', cut('바', 1, 1, 1), ['first', 'inside', 'last']],
    ['a syllable of two, then a word', cut('바 man', 2, 1, 4), ['first', 'last', undefined]],
    ['an emoji', cut('🌊', 2, 2), ['first', 'last']],
    ['a token that ends one and begins the next', cut('바다', 2, 2, 2), ['first', 'inside', 'last']],
    ['a text that is cut off', cut('바', 1, 1), ['first', 'inside']],
  ])('%s', (_, tokens, parts) => expect(partsOf(tokens)).toEqual(parts));

  it('is not led astray by bytes that are no UTF-8', () => {
    const tokens = [[0xec], [0x41], [0x80]].map((bytes) => ({ bytes: Uint8Array.from(bytes) }));
    expect(partsOf(tokens)).toEqual(['first', 'last', undefined]);
  });
});

describe('isForeign', () => {
  it.each([
    ['He lived in New York', false],
    ['바다를 본 노인', true],
    ['Was 바다?', false],
    ['Привет', true],
    ['café', false],
    ['12 + 3 = ?', false],
    ['', false],
  ])('%j: %s', (text, foreign) => expect(isForeign(text)).toBe(foreign));
});
