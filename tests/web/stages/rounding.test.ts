import { describe, expect, test } from 'vitest';
import { asAttended, asRead, attentionRounds, pairRange } from '../../../web/src/stages/arithmetic/rounding';

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

describe('rows of a head as the attention of an int8 model reads them', () => {
  test('are in steps of their own largest number', () => {
    const rows = new Float32Array([...wave, ...wave.map((value) => 5 * value), ...new Float32Array(64)]);
    const range = pairRange(64);
    const read = asAttended(rows, 64, range);
    read.forEach((value, i) => {
      const step = (i < 64 ? 1 : 5) / range;
      expect(Math.abs(value - rows[i]!)).toBeLessThanOrEqual(step / 2 + 1e-6);
      if (i < 128) expect(Math.abs(value / step - Math.round(value / step))).toBeLessThan(1e-3);
    });
    expect(read.some((value, i) => Math.abs(value - rows[i]!) > 2e-4)).toBe(true);
    expect(Array.from(read.subarray(128))).toEqual(Array.from(new Float32Array(64)));
  });

  test('are no numbers where one of a row is none', () => {
    const read = asAttended(new Float32Array([1, Infinity, 1, 2]), 2, 100);
    expect(Array.from(read)).toEqual([NaN, NaN, 1, 2]);
  });

  test('have the largest integers that fit, and are rounded in short heads and contexts alone', () => {
    for (const size of [1, 2, 3, 64, 80, 127, 256]) {
      const even = 2 * Math.ceil(size / 2);
      expect(pairRange(size) ** 2 * even).toBeLessThan(2 ** 31);
      if (pairRange(size) < 32767)
        expect((pairRange(size) + 1) ** 2 * even).toBeGreaterThanOrEqual(2 ** 31 - 1);
    }
    expect(pairRange(64)).toBe(5792);
    expect([attentionRounds(256, 16384), attentionRounds(257, 1024), attentionRounds(64, 16385)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
