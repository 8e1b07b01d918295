import { describe, expect, it } from 'vitest';
import { tallLayout } from '../../../web/src/layout/tall';

describe('tallLayout', () => {
  it.each([1, 6, 40, 200, 1024])(
    'gives each of %i tokens a row that a finger can tell from the next',
    (tokens) => {
      for (const width of [320, 390, 768, 979]) {
        const { rows, rail, room, cellWidth, width: inside } = tallLayout({ tokens, width, first: Infinity });
        expect(rows.pitch).toBeGreaterThanOrEqual(24);
        expect(rows.last).toBe(tokens);
        expect(rail + room).toBe(inside);
        expect(cellWidth * tokens).toBeLessThanOrEqual(room + 1e-9);
      }
    },
  );

  it('sets few tokens apart, each with its id, and no more of them than fit are made to scroll', () => {
    const of = (tokens: number) => tallLayout({ tokens, width: 390, first: 0 }).rows;
    for (const tokens of [2, 6, 11]) expect(of(tokens)).toMatchObject({ pitch: 38, last: tokens });
    expect(of(18)).toMatchObject({ pitch: 24, scrolls: false });
    expect(of(19)).toMatchObject({ pitch: 24, scrolls: true });
  });
});
