import { describe, expect, test } from 'vitest';
import { asRead } from '../../../web/src/stages/arithmetic/rounding';

/** 64 values that reach 1 and have a root mean square of about half of it. */
const wave = Float32Array.from({ length: 64 }, (_, i) => Math.cos(i));

describe('a row as an int8 model reads it', () => {
  test('is in 127 steps of the largest of each 64', () => {
    const row = new Float32Array([...wave, ...wave.map((value) => 3 * value), ...wave.subarray(0, 10)]);
    const read = asRead(row);
    read.forEach((value, i) => {
      const step = (i < 64 || i >= 128 ? 1 : 3) / 127;
      expect(Math.abs(value - row[i]!)).toBeLessThanOrEqual(step / 2 + 1e-6);
      expect(Math.abs(value / step - Math.round(value / step))).toBeLessThan(1e-4);
    });
    expect(read.some((value, i) => Math.abs(value - row[i]!) > 0.002)).toBe(true);
  });

  test('keeps the small neighbours of an outlier', () => {
    const row = new Float32Array(256).fill(0.01);
    row.set(wave.map((value) => 0.01 * value));
    row[5] = 1;
    const read = asRead(row);
    // One 127th of the outlier is most of a neighbour.
    read.forEach((value, i) => expect(Math.abs(value - row[i]!)).toBeLessThan(2e-5));
  });

  test('leaves zeros, and rounds halves to even', () => {
    expect(asRead(new Float32Array(70))).toEqual(new Float32Array(70));
    const row = Float32Array.from({ length: 64 }, (_, i) => (i % 2 ? 127 : -127));
    row.set([0.5, 1.5, 2.5, -0.5, -1.5, -2.5]);
    expect(Array.from(asRead(row).subarray(0, 6), (value) => value + 0)).toEqual([0, 2, 2, 0, -2, -2]);
  });
});
