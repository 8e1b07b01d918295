import { describe, expect, it } from 'vitest';
import { editOf, goesOn, type Edit } from '../../../web/src/state/typing';

/** The texts that Undo comes back to when these are typed one after the other, so many ms apart. */
function steps(first: string, typed: string[], apart: number): string[] {
  const kept: string[] = [];
  let text = first;
  let last: Edit | null = null;
  typed.forEach((next, i) => {
    const edit = editOf(text, next, apart * i);
    const first = !goesOn(last, edit);
    if (first) kept.push(text);
    [last, text] = [{ ...edit, first }, next];
  });
  return kept;
}
const letters = (first: string, more: string) => Array.from(more, (_, i) => first + more.slice(0, i + 1));

describe('a step of Undo', () => {
  it('is a word, however slowly its letters come', () => {
    for (const apart of [0, 100, 700, 1500, 60_000])
      expect(steps('one ', letters('one ', 'two'), apart)).toEqual(['one ']);
  });

  it('is several words without a pause, and each after one', () => {
    expect(steps('a', letters('a', ' b cd'), 200)).toEqual(['a']);
    expect(steps('a', letters('a', ' b cd'), 1500)).toEqual(['a', 'a b']);
    expect(steps('a ', letters('a ', 'bc '), 1500)).toEqual(['a ', 'a bc']);
  });

  it('ends where letters are taken away instead, and where the caret is set elsewhere', () => {
    expect(steps('ab', ['abc', 'abcd', 'abc', 'ab', 'a', 'ax'], 100)).toEqual(['ab', 'abcd', 'a']);
    expect(steps('ab', ['abc', 'xabc', 'xyabc'], 100)).toEqual(['ab', 'abc']);
  });

  it('is what is pasted, alone', () => {
    expect(steps('a', ['ab', 'ab and more', 'ab and more!'], 100)).toEqual(['a', 'ab']);
  });

  it('has a syllable while it is composed', () => {
    expect(steps('a ', ['a ㅎ', 'a 하', 'a 한', 'a 한ㄱ', 'a 한그', 'a 한글'], 1500)).toEqual(['a ']);
  });

  it('is found between what begins and ends alike', () => {
    expect(editOf('hello', 'helo', 0)).toMatchObject({ removed: 1, inserted: '' });
    expect(editOf('aXc', 'aYYc', 0)).toEqual({ at: 0, start: 1, removed: 1, inserted: 'YY', before: 'a' });
    expect(editOf('aa', 'aaa', 0)).toMatchObject({ start: 2, removed: 0, inserted: 'a' });
  });
});
