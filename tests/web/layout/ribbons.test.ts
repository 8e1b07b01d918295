import { describe, expect, it } from 'vitest';
import { rowNorms, shade } from '../../../web/src/layout/norms';
import { gathered, ribbon, track } from '../../../web/src/layout/ribbons';

describe('ribbon', () => {
  it('leaves and arrives level, as wide as its ends', () => {
    expect(ribbon({ x: 0, y: 10, width: 4 }, { x: 20, y: 30, width: 8 })).toBe(
      'M0 8C10 8 10 26 20 26L20 34C10 34 10 12 0 12Z',
    );
  });
});

describe('track', () => {
  it('rounds its corners by no more than half a leg', () => {
    const path = track([
      [0, 0],
      [10, 0],
      [10, 4],
    ]);
    expect(path).toBe('M0 0L8 0Q10 0 10 2L10 4');
  });
  it('needs two points', () => {
    expect(track([[1, 1]])).toBe('');
  });
});

describe('gathered', () => {
  it('fills the end without a gap', () => {
    const paths = gathered(0, 0, 12, 3, { x: 10, y: 6, width: 12 });
    expect(paths).toHaveLength(3);
    expect(paths[0]).toContain('10 0L10 4');
    expect(paths[2]).toContain('10 8L10 12');
  });
});

describe('norms', () => {
  it('are the lengths of the rows', () => {
    expect(rowNorms(Float32Array.of(3, 4, 0, 0, 5, 12), 2)).toEqual([5, 0, 13]);
  });
  it('leave out what is no whole row', () => {
    expect(rowNorms(Float32Array.of(3, 4, 1), 2)).toEqual([5]);
  });
  it('shade from faint to full, and stay seen at 0', () => {
    expect(shade(0, 10)).toBeGreaterThan(0.3);
    expect(shade(10, 10)).toBe(1);
    expect(shade(2.5, 10)).toBeCloseTo((shade(0, 10) + shade(10, 10)) / 2, 12);
    expect(shade(1, 0)).toBe(shade(0, 1));
  });
});
