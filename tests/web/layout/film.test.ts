import { describe, expect, it } from 'vitest';
import { filmNumbers } from '../../../web/src/layout/film';

describe('filmNumbers', () => {
  it('stands on one line where all fit', () => {
    expect(filmNumbers(8, 18, 3)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    expect(filmNumbers(12, 18, 3).every((line) => line === 1)).toBe(true);
  });

  it('takes two lines in turn, and keeps all 24, where 9 px are left for each', () => {
    const lines = filmNumbers(24, 9, 3);
    expect(lines.slice(0, 4)).toEqual([1, 0, 1, 0]);
    expect(lines).not.toContain(null);
  });

  it.each([
    [24, 9],
    [24, 3.5],
    [36, 6],
    [48, 5],
    [12, 15],
  ])('of %i blocks %d px wide none touches another, and the chosen one stands', (layers, frame) => {
    for (let chosen = 0; chosen < layers; chosen += 1) {
      const lines = filmNumbers(layers, frame, chosen);
      expect(lines[chosen]).not.toBeNull();
      for (const line of [0, 1]) {
        const there = lines.flatMap((each, layer) => (each === line ? [layer] : []));
        for (let i = 1; i < there.length; i += 1)
          expect((there[i]! - there[i - 1]!) * frame).toBeGreaterThanOrEqual(15);
      }
    }
  });
});
