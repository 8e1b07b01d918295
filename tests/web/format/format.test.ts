import { describe, expect, it } from 'vitest';
import { bare, isolated } from '../../../web/src/format/direction';
import {
  bytes,
  count,
  hex,
  logit,
  milliseconds,
  number,
  pageTitle,
  percent,
  shape,
  short,
  tokenText,
  signed,
  visible,
  word,
  writeNumbersIn,
} from '../../../web/src/format/format';

it('a number that has not come yet is no number', () => {
  for (const written of [number, signed, percent, logit]) {
    expect(written(undefined)).toBe('…');
    expect(written(0)).not.toBe('…');
  }
});

describe('percent', () => {
  it.each([
    [0.446, '44.6 %'],
    [0.0007, '0.07 %'],
    [0.00009, '< 0.01 %'],
    [0, '0 %'],
    [1, '100 %'],
    [0.9999, '> 99.9 %'],
    [0.9994, '99.9 %'],
    [0.00994, '0.99 %'],
    [0.00996, '1.0 %'],
    [0.0001, '0.01 %'],
    [NaN, '-'],
  ])('%f -> %s', (share, text) => expect(percent(share)).toBe(text));

  it('stands close to its sign in Korean', () => {
    writeNumbersIn('ko');
    expect([0.468, 0, 1, 0.00009].map(percent)).toEqual(['46.8%', '0%', '100%', '< 0.01%']);
    writeNumbersIn('en');
    expect(percent(0.468)).toBe('46.8 %');
  });
});

describe("the document's title", () => {
  it.each([
    ['', 'Vitrine'],
    ['  \n ', 'Vitrine'],
    ['He lived\n in  New York', 'He lived in New York · Vitrine'],
    ['바다 '.repeat(40), `${'바다 '.repeat(40).slice(0, 59)}… · Vitrine`],
  ])('of %j', (text, title) => expect(pageTitle(text)).toBe(title));
});

describe('numbers', () => {
  it.each([
    [-78.424, '-78.42'],
    [-0.001, '0.00'],
    [-Infinity, '-∞'],
    [NaN, 'NaN'],
  ])('logit %f -> %s', (value, text) => expect(logit(value)).toBe(text));

  it.each([
    [0, '0'],
    [12345.6, '12346'],
    [123.45, '123.5'],
    [12.345, '12.35'],
    [1.2345, '1.234'],
    [0.012345, '0.0123'],
    [-0.00021, '-0.00021'],
    [0.000021, '2.1e-5'],
    [Infinity, '∞'],
  ])('number %f -> %s', (value, text) => expect(number(value)).toBe(text));

  it('writes the sign', () => {
    expect(signed(0.5)).toBe('+0.500');
    expect(signed(-0.5)).toBe('-0.500');
    expect(signed(0)).toBe('0');
  });
  it('groups whole numbers, counts bytes and times', () => {
    expect(count(50257, 'en')).toBe('50,257');
    expect(bytes(512)).toBe('512 B');
    expect(bytes(18_643)).toBe('18.6 kB');
    expect(bytes(999_600)).toBe('1.0 MB');
    expect(bytes(124_000_000)).toBe('124 MB');
    expect(milliseconds(0.42)).toBe('0.42 ms');
    expect(milliseconds(4.13)).toBe('4.1 ms');
    expect(milliseconds(128.4)).toBe('128 ms');
    expect(milliseconds(2345)).toBe('2.3 s');
    expect(shape([11, 256])).toBe('11 × 256');
    expect(hex(10)).toBe('0A');
  });
});

describe('tokenText', () => {
  const of = (...bytes: number[]) => tokenText(Uint8Array.from(bytes));
  it('is the text of what is whole', () => {
    expect(of(...new TextEncoder().encode(' é 안 👩\u200d👧'))).toBe(' é 안 👩\u200d👧');
    expect(of()).toBe('');
    expect(of(0xef, 0xbb, 0xbf)).toBe('\ufeff');
  });
  it('tells the bytes of what is a part of a character, and the letters beside them', () => {
    expect(of(0xf0, 0x9f)).toBe('‹F09F›');
    expect(of(0x20, 0xeb)).toBe(' ‹EB›');
    expect(of(0x8c)).toBe('‹8C›');
    // What Korean loses to bytes keeps each token apart.
    expect(of(0xec, 0x95)).not.toBe(of(0xeb, 0x85));
  });
  it('leaves the replacement mark to the token that is one', () =>
    expect(of(0xef, 0xbf, 0xbd)).toBe('\ufffd'));
});

describe('visible', () => {
  it.each([
    [' the', '·the'],
    ['\n\n', '↵↵'],
    ['\t', '⇥'],
    ['\r', '␍'],
    ['\0', '␀'],
    ['\u00a0', '⍽'],
    ['\u200b', '‹200B›'],
    ['\u202e', '‹202E›'],
    ['\u0301', '◌\u0301'],
    ['', '∅'],
    ['한국어', '한국어'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
  ])('%j -> %s', (text, shown) => expect(visible(text)).toBe(shown));

  it('isolates what is written from right to left, and nothing else', () => {
    expect(visible(' שלום')).toBe('\u2068·שלום\u2069');
    expect(word(' مرحبا')).toBe('\u2068مرحبا\u2069');
    expect(short(visible('ا'.repeat(20)), 5)).toBe('\u2068اا…اا\u2069');
    expect(isolated('한국어 é <|x|>')).toBe('한국어 é <|x|>');
    expect(bare(isolated('שלום'))).toBe('שלום');
  });

  it('is cut in the middle by characters, not by halves of them', () => {
    expect(short('abcdefghij', 5)).toBe('ab…ij');
    expect(short('😀😀😀😀😀😀', 4)).toBe('😀😀…😀');
    expect(short('abc', 3)).toBe('abc');
  });
  it('shows the first of bytes', () => {
    expect(short('‹EC9588›', 8)).toBe('‹EC9588›');
    expect(short('‹EC9588›', 6)).toBe('‹EC95…');
    expect(short(' ‹F09F91›', 8)).toBe('·‹F09F9…');
  });
  it('gives the word alone, or the white space where that is all', () => {
    expect(word(' man')).toBe('man');
    expect(word('  ')).toBe('··');
  });
});
