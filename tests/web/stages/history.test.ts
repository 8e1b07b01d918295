/** The lane's length, made up of the writers' parts; and what a head hands over, key by key. */
import { describe, expect, it } from 'vitest';
import { weightedValues } from '../../../web/src/stages/arithmetic/attention';
import {
  runningSums,
  stacked,
  stackedShares,
  writerFeet,
  writers as writersOf,
} from '../../../web/src/stages/arithmetic/residual';
import { norm, rowOf } from '../../../web/src/stages/arithmetic/dot';
import { rounding, values } from './numbers';

describe('the stacked history', () => {
  const [writers, width] = [7, 33];
  const parts = Array.from({ length: writers }, (_, i) => values(width, i + 1));
  const shares = stackedShares(parts);

  it('adds up to the length of the lane after every writer', () => {
    const sums = runningSums(parts);
    shares.forEach((row, i) => {
      expect(row).toHaveLength(i + 1);
      const length = norm(rowOf(sums, width, i));
      expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(length, 4);
    });
  });
  it('counts what points against the lane below zero', () => {
    expect(stackedShares([Float32Array.of(3, 0), Float32Array.of(-1, 0)])).toEqual([[3], [3, -1]]);
  });
  it('stands what helps on each other, and hangs the rest under zero', () => {
    const blocks = stacked([[3], [3, -1, 2, -4]]).filter(({ step }) => step === 1);
    expect(blocks.map(({ writer, from, to }) => [writer, from, to])).toEqual([
      [0, 0, 3],
      [1, 0, -1],
      [2, 3, 5],
      [3, -1, -5],
    ]);
  });
  it('names every writer where there is room, else the layers, else some of them', () => {
    const list = writersOf(3);
    const labels = ['token', 'position', 'a0', 'm0', 'a1', 'm1', 'a2', 'm2'];
    const feet = (pitch: number) => writerFeet(list, labels, pitch).map(({ at, text }) => [at, text]);
    expect(feet(60)).toEqual(labels.map((text, at) => [at, text]));
    expect(feet(20)).toEqual([
      [2.5, 'L0'],
      [4.5, 'L1'],
      [6.5, 'L2'],
    ]);
    expect(feet(8)).toEqual([
      [2.5, 'L0'],
      [6.5, 'L2'],
    ]);
    expect(writerFeet([], [], 20)).toEqual([]);
  });
  it('is empty without writers', () => expect(stackedShares([])).toEqual([]));
});

describe('what keys hand over', () => {
  it('adds up, with the others together, to the weighted sum', () => {
    const [tokens, size, query] = [5, 7, 3];
    const v = values(tokens * size, 3);
    const pattern = Float32Array.from({ length: tokens * tokens }, () => 0.25);
    const { rows, rest } = weightedValues(pattern, v, { tokens, size, query, keys: [2, 0] });
    for (let d = 0; d < size; d += 1) {
      expect(rows[0]![d]).toBeCloseTo(0.25 * v[2 * size + d]!, 6);
      let whole = 0;
      for (let key = 0; key <= query; key += 1) whole += 0.25 * v[key * size + d]!;
      expect(Math.abs(rows[0]![d]! + rows[1]![d]! + rest[d]! - whole)).toBeLessThan(rounding);
    }
  });
});
