import { describe, expect, it } from 'vitest';
import { rowNorms } from '../../../web/src/layout/norms';
import { ribbon } from '../../../web/src/layout/ribbons';

describe('ribbon', () => {
  it('leaves and arrives level, as wide as its ends', () => {
    expect(ribbon({ x: 0, y: 10, width: 4 }, { x: 20, y: 30, width: 8 })).toBe(
      'M0 8C10 8 10 26 20 26L20 34C10 34 10 12 0 12Z',
    );
  });
});

describe('norms', () => {
  it('are the lengths of the rows', () => {
    expect(rowNorms(Float32Array.of(3, 4, 0, 0, 5, 12), 2)).toEqual([5, 0, 13]);
  });
  it('leave out what is no whole row', () => {
    expect(rowNorms(Float32Array.of(3, 4, 1), 2)).toEqual([5]);
  });
});
