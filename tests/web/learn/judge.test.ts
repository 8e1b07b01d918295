import { describe, expect, it } from 'vitest';
import { positionOf, scaleOf, valueAt } from '../../../web/src/learn/amount';
import {
  apart,
  judgeAmount,
  judgeChoice,
  judgeRow,
  judgeToken,
  judgeWord,
} from '../../../web/src/learn/judge';
import { clearest, strongest } from '../../../web/src/learn/rules';
import { cosine, entropy, most, softmax } from '../../../web/src/learn/pick';

describe('verdicts', () => {
  it('a token is right within a point of the largest, close from four fifths on', () => {
    const shares = [0.5, 0.495, 0.41, 0.3];
    expect(shares.map((_, i) => judgeToken(shares, i))).toEqual(['same', 'same', 'close', 'other']);
    expect(judgeToken(shares, 9)).toBe('other');
    // Scores may be below zero: only the largest is right then.
    expect(judgeToken([-4, -9], 1)).toBe('other');
    expect(judgeToken([-4, -9], 0)).toBe('same');
  });

  it('a choice is right where it is among those that hold', () => {
    expect(judgeChoice([0, 2], 2)).toBe('same');
    expect(judgeChoice([0, 2], 1)).toBe('other');
    expect(judgeChoice([], 0)).toBe('other');
  });

  it.each([
    ['share', 0.34, 0.38, 'same'],
    ['share', 0.34, 0.48, 'close'],
    ['share', 0.34, 0.6, 'other'],
    ['count', 6, 6, 'same'],
    ['count', 6, 7, 'close'],
    ['count', 6, 13, 'other'],
    ['count', 0, 0, 'same'],
    ['count', 0, 1, 'close'],
    ['count', 0, 5, 'other'],
    ['times', 4.7, 4.4, 'same'],
    ['times', 4.7, 2.4, 'close'],
  ] as const)('of %s %d, %d is %s', (unit, truth, said, verdict) => {
    expect(judgeAmount(unit, truth, said)).toBe(verdict);
  });

  it('a row by what would have to be moved, a word by its rank', () => {
    expect(apart([0.5, 0.5], [0.5, 0.5])).toBe(0);
    expect(apart([1, 0], [0, 1])).toBe(1);
    expect(judgeRow([0.5, 0.3, 0.2], [0.4, 0.4, 0.2])).toBe('same');
    expect(judgeRow([0.5, 0.3, 0.2], [0.3, 0.3, 0.4])).toBe('close');
    expect(judgeRow([1, 0, 0], [0.2, 0.4, 0.4])).toBe('other');
    expect([1, 2, 10, 11].map(judgeWord)).toEqual(['same', 'close', 'close', 'other']);
  });
});

describe('scales', () => {
  it('goes by powers where it spans much, and comes back to where it was', () => {
    const wide = { unit: 'count', low: 1, high: 10_000 } as const;
    expect([0, 0.5, 1].map((at) => valueAt(wide, at))).toEqual([1, 100, 10_000]);
    expect(positionOf(wide, 100)).toBeCloseTo(0.5, 12);
    const share = { unit: 'share', low: 0, high: 1 } as const;
    expect(valueAt(share, 0.344)).toBe(0.345);
    expect(positionOf(share, 2)).toBe(1);
    const ask = { kind: 'amount', unit: 'count', low: 1, high: (n: number) => n, truth: () => 3 } as const;
    expect(scaleOf(ask, 12)).toEqual({ unit: 'count', low: 1, high: 12 });
  });
});

describe('rules', () => {
  it('finds the head whose last row is read most easily', () => {
    const even = new Array<number>(8).fill(0.125);
    const rows = [
      { layer: 0, head: 0, shares: [0.9, 0.02, 0.02, 0.02, 0.02, 0.02, 0, 0] },
      { layer: 0, head: 1, shares: even },
      { layer: 1, head: 0, shares: [0.05, 0.1, 0.5, 0.2, 0.05, 0.05, 0.05, 0] },
      { layer: 1, head: 1, shares: [0, 0, 0, 0, 0, 0, 0.2, 0.8] },
    ];
    expect(clearest(rows)).toEqual({ layer: 1, head: 0 });
    expect(clearest([])).toEqual({ layer: 0, head: 0 });
  });

  it('finds the head with the largest score, and the first one where a score is undefined', () => {
    const score = (previous: number) => ({ previous, first: 0, self: 0, broad: 0, repeats: 0 });
    const scores = [
      [score(0.1), score(0.2)],
      [score(0.56), score(0.5)],
    ];
    expect(strongest(scores, 'previous')).toEqual({ layer: 1, head: 0 });
    expect(strongest(scores, 'induction')).toEqual({ layer: 0, head: 0 });
  });
});

it('the arithmetic of what is picked', () => {
  expect(most([1, 3, 3, 2])).toBe(1);
  expect(cosine([1, 0], [1, 1])).toBeCloseTo(Math.SQRT1_2, 12);
  expect(cosine([0, 0], [1, 1])).toBe(0);
  expect(softmax([0, Math.log(3)])[1]).toBeCloseTo(0.75, 12);
  expect(entropy([0.25, 0.25, 0.25, 0.25])).toBe(2);
});
