import { describe, expect, it } from 'vitest';
import {
  rowsOnTop,
  squarePixels,
  squeezeColumns,
  squeezeSquare,
  shareWith,
  signedWith,
  stripPixels,
} from '../../../web/src/charts/canvas';
import { sequentialTable, signedTable } from '../../../web/src/charts/colour';

describe('rowsOnTop', () => {
  const rows = Float32Array.from({ length: 10 * 2 }, (_, i) => i);
  it('leaves rows of a pixel or more as they are', () => {
    expect(rowsOnTop(rows, 10, 2, 1)).toEqual({ values: rows, rows: 10 });
  });
  it('keeps a row a pixel, and paints what all of them would', () => {
    for (const pitch of [0.9, 0.5, 0.34]) {
      const colours = Uint32Array.from(rows, (value) => value + 1);
      const size = { width: 2, height: Math.ceil(10 * pitch) };
      const all = stripPixels(
        colours,
        { rows: 10, columns: 2 },
        { ...size, pitch, thickness: pitch },
      ).slice();
      const seen = rowsOnTop(rows, 10, 2, pitch);
      expect(seen.rows).toBeLessThanOrEqual(size.height + 1);
      const few = stripPixels(
        Uint32Array.from(seen.values, (value) => value + 1),
        { rows: seen.rows, columns: 2 },
        { ...size, pitch: 1, thickness: 1 },
      );
      expect(few).toEqual(all);
    }
  });
});

describe('squeezeColumns', () => {
  it('keeps the extreme of each bucket with its sign', () => {
    const values = Float32Array.of(1, -3, 2, 0, 0.5, -0.25);
    expect(Array.from(squeezeColumns(values, 1, 6, 3).values)).toEqual([-3, 2, 0.5]);
  });
  it('loses no column at widths that do not divide', () => {
    for (const columns of [3, 7, 64, 65]) {
      for (let width = 1; width < columns; ++width) {
        for (let outlier = 0; outlier < columns; ++outlier) {
          const values = new Float32Array(columns);
          values[outlier] = -9;
          expect(squeezeColumns(values, 1, columns, width).values).toContain(-9);
        }
      }
    }
  });
  it('leaves what fits as it is', () => {
    const values = Float32Array.of(1, 2, 3);
    expect(squeezeColumns(values, 1, 3, 3).values).toBe(values);
  });
});

describe('squeezeSquare', () => {
  it('keeps extremes and lets a mask stand only where all is masked', () => {
    const hole = -Infinity;
    const values = Float32Array.of(1, hole, hole, hole, 2, 3, hole, hole, 4, 5, 6, hole, -7, 8, 9, 10);
    expect(Array.from(squeezeSquare(values, 4, 2))).toEqual([3, hole, 8, 10]);
  });
});

describe('pixels', () => {
  it('are clear where masked, so that the hatching shows', () => {
    const table = sequentialTable('light');
    const out = new Uint8ClampedArray(16);
    squarePixels(Float32Array.of(1, 0, 0.25, 0.75), 2, table, shareWith(false), true, out);
    expect(out[7]).toBe(0);
    expect([out[3], out[11], out[15]]).toEqual([255, 255, 255]);
    expect(Array.from(out.slice(0, 4))).toEqual(Array.from(table.slice(1020, 1024)));
    squarePixels(Float32Array.of(1, -Infinity, 0, 0), 2, signedTable('light'), signedWith(1), false, out);
    expect(out[7]).toBe(0);
  });
});

describe('stripPixels', () => {
  const words = (pixels: Uint8ClampedArray) =>
    Array.from(new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength / 4));

  it('fills each strip with its row, columns spread evenly, and leaves the gaps clear', () => {
    const place = { width: 6, height: 5, pitch: 3, thickness: 2 };
    const pixels = stripPixels(Uint32Array.of(1, 2, 3, 4), { rows: 2, columns: 2 }, place);
    const [first, second, clear] = [[1, 1, 1, 2, 2, 2], [3, 3, 3, 4, 4, 4], new Array<number>(6).fill(0)];
    expect(words(pixels)).toEqual([first, first, clear, second, second].flat());
  });

  it('shows every row that has room, however thin, and keeps nothing of a larger picture before', () => {
    stripPixels(
      new Uint32Array(9).fill(7),
      { rows: 3, columns: 3 },
      { width: 9, height: 9, pitch: 3, thickness: 3 },
    );
    const thin = { width: 1, height: 3, pitch: 1.4, thickness: 0.4 };
    const pixels = stripPixels(Uint32Array.of(1, 2), { rows: 2, columns: 1 }, thin);
    expect(words(pixels)).toEqual([1, 2, 0]);
  });
});
