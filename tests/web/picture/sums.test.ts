import { describe, expect, it } from 'vitest';
import { signedTable } from '../../../web/src/charts/colour';
import { signedWith } from '../../../web/src/charts/canvas';
import { matrixPixels, unmasked } from '../../../web/src/picture/paint';
import { en } from '../../../web/src/i18n/en';
import { exponentials, products, writtenSum } from '../../../web/src/picture/sums';

describe('products', () => {
  it('add up to the dot product', () => {
    const { each, sum } = products(Float32Array.of(1, -2, 0.5), Float32Array.of(4, 1, 2));
    expect(each).toEqual([4, -2, 1]);
    expect(sum).toBe(3);
  });
});

describe('exponentials', () => {
  it('are those of the allowed scores, the largest taken off', () => {
    const { each, most, sum } = exponentials([1, 3, 2, -Infinity], 3);
    expect(most).toBe(3);
    expect(each).toEqual([Math.exp(-2), 1, Math.exp(-1)]);
    expect(sum).toBeCloseTo(1 + Math.exp(-1) + Math.exp(-2), 12);
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

describe('a sum that is written out', () => {
  it.each([
    [[2], '2.000'],
    [[2, -1], '2.000 - 1.000'],
    [[-2, 1, 0.5, 3], '-2.000 + 1.000 + 0.500 + 3.000'],
    [[1, 1, 1, 1, 1], '1.000 + 1.000 + 1.000 + 1.000 + …'],
  ])('has dots only where terms are left out: %j', (terms, text) => {
    expect(writtenSum(terms)).toBe(text);
  });

  it('counts its products in English', () => {
    expect([en.overview.terms(1), en.overview.terms(32)]).toEqual(['(1 product)', '(32 products)']);
  });
});
