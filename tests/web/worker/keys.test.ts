import { describe, expect, it } from 'vitest';
import { type Expected, likelyKeys, typedDirectly, unfinished } from '../../../web/src/worker/keys';

const expected = (all: Record<string, number>): Expected[] =>
  Object.entries(all).map(([text, probability]) => ({ text, probability }));
const alphabet = Array.from('abcdefghijklmnopqrstuvwxyz');

describe('unfinished', () => {
  it.each([
    ['The house had', ' had'],
    ['The house had ', ' '],
    ['The house had wo', ' wo'],
    ['The house', ' house'],
    ['Once', 'Once'],
    ['ready, ', ' '],
    ['ready,', ''],
    ['(so', 'so'],
    ["She didn't", " didn't"],
    ['line\n', ''],
    ['line\nNext', 'Next'],
    ['größer als Äp', ' Äp'],
    ['', ''],
  ])('of %j is %j', (text, part) => expect(unfinished(text)).toBe(part));
});

describe('typedDirectly', () => {
  it.each([
    ['The cat', true],
    ['The cat ', true],
    ['Straße', true],
    ['Привет', true],
    ['고양이', false],
    ['猫', false],
    ['A cat 😀', false],
    ['a', false],
    ['', false],
  ])('%j: %s', (text, direct) => expect(typedDirectly(text)).toBe(direct));
});

describe('likelyKeys', () => {
  it('follows the words that were expected, as far as they go with what is there', () => {
    const words = expected({ ' been': 0.3, ' never': 0.2, ' no': 0.2, ' not': 0.1, ' a': 0.1, ' n': 0.05 });
    // "had n": of 0.55 that fit 0.3 go on with o, 0.2 with e; the token " n" itself says nothing of what follows.
    expect(likelyKeys(' n', words, []).slice(0, 2)).toEqual(['o', 'e']);
    expect(likelyKeys(' ', words, []).slice(0, 3)).toEqual(['n', 'b', 'a']);
  });

  it('takes what follows the text where its word may be at an end, as much as it may', () => {
    const following = expected({ ' the': 0.6, ',': 0.4 });
    const ended = expected({ ' no': 0.9, ' not': 0.1 });
    expect(likelyKeys(' no', ended, following).slice(0, 3)).toEqual([' ', ',', 't']);
    const going = expected({ ' no': 0.1, ' not': 0.9 });
    expect(likelyKeys(' no', going, following).slice(0, 3)).toEqual(['t', ' ', ',']);
  });

  it('takes what follows the text alone where no word is being typed, or one that nobody expected', () => {
    const following = expected({ He: 0.5, It: 0.3, '\n': 0.2 });
    expect(likelyKeys('', [], following).slice(0, 3)).toEqual(['H', 'I', '\n']);
    const words = expected({ ' been': 0.99, ' x': 0.00001 });
    expect(likelyKeys(' xq', words, following).slice(0, 3)).toEqual(['H', 'I', '\n']);
  });

  it('names few keys where the model is sure, and all letters where it has no idea', () => {
    const sure = likelyKeys(' th', expected({ ' the': 0.9, ' they': 0.1 }), []);
    expect(sure[0]).toBe('e');
    expect(sure.length).toBeGreaterThanOrEqual(6);
    expect(sure.length).toBeLessThan(12);
    const lost = likelyKeys('', [], []);
    expect(lost.slice(0, 4)).toEqual([' ', 'e', 't', 'a']);
    for (const letter of alphabet.filter((one) => !'jqzx'.includes(one))) expect(lost).toContain(letter);
  });

  it('trusts the model less in the middle of a word that it had no idea of', () => {
    const following = expected({ '.': 0.6, ',': 0.4 });
    const words = expected({ ' been': 0.99 });
    const strange = likelyKeys(' xq', words, following);
    expect(strange.slice(0, 2)).toEqual(['.', ',']);
    expect(strange.length).toBeGreaterThan(2 * likelyKeys('', [], following).length);
  });

  it('names every key of a keyboard if that is wanted, the likely ones first', () => {
    const words = expected({ ' the': 0.9, ' they': 0.1 });
    const few = likelyKeys(' th', words, []);
    const every = likelyKeys(' th', words, [], true);
    expect(every.slice(0, few.length)).toEqual(few);
    const keyboard = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    expect([...every].sort()).toEqual(['\n', ...keyboard]);
  });

  it('names no character twice, and none that takes more than one key', () => {
    const following = expected({ ' a': 0.2, ' the': 0.2, 고: 0.2, '‹F09F›': 0.2, é: 0.1, '\t': 0.1 });
    const keys = likelyKeys('', [], following);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.slice(0, 2)).toEqual([' ', 'é']);
    for (const key of ['고', '‹', '\t', '']) expect(keys).not.toContain(key);
  });
});
