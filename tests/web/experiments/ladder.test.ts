/** The lens as a ladder. */
import { describe, expect, test } from 'vitest';
import {
  fillOrder,
  followedWords,
  leadsFrom,
  rankBin,
  rungsOf,
  weightOf,
  whereIs,
} from '../../../web/src/experiments/ladder';
import type { LensPoint } from '../../../web/src/protocol/experiments';

const point = (name: string, ...top: [number, number][]): LensPoint => ({
  point: name,
  entropyNats: 1,
  klNats: 0.5,
  top: top.map(([id, p]) => ({ id, text: ` w${id}`, p })),
  targets: [],
});
const points = [
  point('0.pre', [1, 0.99]),
  point('0.mid', [2, 0.1]),
  point('1.pre', [3, 0.2]),
  point('1.mid', [4, 0.05]),
  point('final', [4, 0.3]),
];

describe('the ladder', () => {
  test('has a rung a block and the end', () => {
    expect(rungsOf(points).map(({ point: name }) => name)).toEqual(['0.pre', '1.pre', 'final']);
    expect(points.map(({ point: name }) => whereIs(name, 2))).toEqual([
      { kind: 'pre', layer: 0 },
      { kind: 'mid', layer: 0 },
      { kind: 'pre', layer: 1 },
      { kind: 'mid', layer: 1 },
      { kind: 'final', layer: 2 },
    ]);
  });

  test('follows who leads anywhere, first come first; the last leader is never left out', () => {
    expect(followedWords(points, 6).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(followedWords(points, 2).map(({ id }) => id)).toEqual([1, 4]);
    expect(followedWords(points, 1).map(({ id }) => id)).toEqual([4]);
    expect(followedWords([point('final')], 3)).toEqual([]);
  });

  test('tells since when the last leader leads, and who led before', () => {
    expect(leadsFrom(points)).toMatchObject({ index: 3, leader: { id: 4 }, before: { id: 3 } });
    expect(leadsFrom([points[0]!])).toMatchObject({ index: 0, before: null });
    expect(leadsFrom([point('final')])).toBeNull();
  });

  test('words grow bold with their share, ranks fall into bins, the last position comes first', () => {
    expect([0, 0.25, 1, 7].map(weightOf)).toEqual([300, 550, 800, 800]);
    expect([1, 2, 5, 6, 20, 21, 100, 101, Infinity].map(rankBin)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
    expect(fillOrder(3)).toEqual([2, 1, 0]);
  });
});
