import { describe, expect, it } from 'vitest';
import { signedTable } from '../../../web/src/charts/colour';
import { signedWith } from '../../../web/src/charts/canvas';
import { matrixPixels, unmasked } from '../../../web/src/picture/paint';
import { againstMean, centredShare } from '../../../web/src/picture/sums';

const sumOf = (all: { value: number }[]) => all.reduce((sum, { value }) => sum + value, 0);

describe('againstMean', () => {
  const query = Float32Array.of(1, -2, 0.5);
  const keys = Float32Array.of(4, 1, 2, 0, 3, 2, 9, 9, 9);
  it('is the dot product with the key less the mean of those that are seen, the largest term first', () => {
    const { each, sum } = againstMean(query, keys, 2, 0);
    expect(each.map(({ dimension, key, value }) => [dimension, key, value])).toEqual([
      [0, 2, 2],
      [1, -1, 2],
      [2, 0, 0],
    ]);
    expect(sum).toBe(4);
  });
  it('has opposite sums for two keys, and none for one alone', () => {
    expect(againstMean(query, keys, 2, 1).sum).toBe(-4);
    expect(againstMean(query, keys, 1, 0).sum).toBe(0);
  });
  it('leaves the shares of the softmax as they are', () => {
    const dot = (row: number) => query.reduce((sum, q, i) => sum + q * keys[row * 3 + i]!, 0);
    const soft = (scores: number[]) => {
      const each = scores.map(Math.exp);
      return each.map((one) => one / each.reduce((all, value) => all + value, 0));
    };
    const plain = soft([dot(0), dot(1)]);
    const centred = soft([0, 1].map((key) => sumOf(againstMean(query, keys, 2, key).each)));
    centred.forEach((share, i) => expect(share).toBeCloseTo(plain[i]!, 12));
  });
});

describe('centredShare', () => {
  it('is exp of a score less the mean of those allowed, over the sum of all', () => {
    const { each, sum } = centredShare([1, 3, 2, -Infinity], 3, 1);
    expect(each).toBeCloseTo(Math.E, 12);
    expect(sum).toBeCloseTo(Math.exp(-1) + Math.E + 1, 12);
  });
  it('is nothing for a key that the mask hides', () => {
    expect(centredShare([1, 3, -Infinity], 2, 2).each).toBe(0);
  });
});

describe('unmasked', () => {
  it('fills in what the mask struck out with q.k / sqrt(D), and leaves the rest', () => {
    const q = Float32Array.of(1, 1, 1, 1, 2, 0, 0, 0);
    const k = Float32Array.of(1, 0, 0, 0, 3, 1, 0, 0);
    const filled = unmasked(Float32Array.of(7, -Infinity, 8, 9), q, k, 2, 4);
    expect(Array.from(filled)).toEqual([7, (3 + 1) / 2, 8, 9]);
  });
});

describe('matrixPixels', () => {
  const table = signedTable('light');
  const clear = (pixels: Uint8ClampedArray, at: number) => pixels[at * 4 + 3] === 0;

  it('leaves the future clear, counted from the first visible row', () => {
    const values = new Float32Array(2 * 5).fill(1);
    const size = { rows: 2, keys: 5, first: 2, across: 5 };
    const pixels = matrixPixels(values, size, true, table, signedWith(1));
    expect([0, 1, 2, 3, 4].map((x) => clear(pixels, x))).toEqual([false, false, false, true, true]);
    expect([5, 6, 7, 8, 9].map((x) => clear(pixels, x))).toEqual([false, false, false, false, true]);
    const all = matrixPixels(values, size, false, table, signedWith(1));
    expect([3, 4].map((x) => clear(all, x))).toEqual([false, false]);
  });

  it('keeps the largest value of a pixel that stands for several keys', () => {
    const values = Float32Array.of(0, 0, -1, 0, 0.5, 0);
    const pixels = matrixPixels(
      values,
      { rows: 1, keys: 6, first: 5, across: 2 },
      true,
      table,
      signedWith(1),
    );
    const colour = (index: number) => Array.from(table.slice(index * 4, index * 4 + 4));
    expect(Array.from(pixels.slice(0, 4))).toEqual(colour(0));
    expect(Array.from(pixels.slice(4, 8))).toEqual(colour(signedWith(1)(0.5)));
  });
});
