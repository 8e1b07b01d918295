import { describe, expect, it } from 'vitest';
import {
  leastPitch,
  mostPitch,
  mostPitchIn,
  planRows,
  slots,
  tallestPitch,
  tracks,
  underLabel,
  windowFor,
} from '../../../web/src/layout/rows';

describe('planRows', () => {
  it.each([
    [1, 300, mostPitch, 1],
    [1, 440, 88, 1],
    [6, 440, 73, 6],
    [11, 440, 40, 11],
    [31, 440, leastPitch, 31],
    [32, 440, leastPitch, 31],
    [1024, 440, leastPitch, 31],
    [1, 860, tallestPitch, 1],
    [6, 860, 143, 6],
    [3, 860, tallestPitch, 3],
    [6, 600, 100, 6],
    [20, 860, 43, 20],
  ])('gives %i tokens in %i px a pitch of %i and shows %i', (total, height, pitch, shown) => {
    const plan = planRows(total, height, 0, leastPitch, mostPitchIn(height));
    expect(plan.pitch).toBe(pitch);
    expect(plan.last - plan.first).toBe(shown);
    expect(plan.scrolls).toBe(shown < total);
  });

  it('goes no higher than is told, nor lower', () => {
    expect(planRows(6, 860, 0).pitch).toBe(mostPitch);
    expect(planRows(200, 860, 0, 24).pitch).toBe(24);
  });

  it('holds the window to the rows there are', () => {
    expect(planRows(100, 360, -5).first).toBe(0);
    expect(planRows(100, 30 * leastPitch, Infinity)).toMatchObject({ first: 70, last: 100 });
    expect(planRows(100, 360, 12.9).first).toBe(12);
    expect(planRows(3, 360, 2).first).toBe(0);
  });

  it('plans nothing for no tokens', () => {
    expect(planRows(0, 400, 3)).toMatchObject({ first: 0, last: 0, total: 0, scrolls: false });
  });

  it('shows at least one row in no room at all', () => {
    expect(planRows(5, 1, 0)).toMatchObject({ first: 0, last: 1 });
  });
});

describe('windowFor', () => {
  it('moves as little as shows the row', () => {
    const plan = planRows(100, 10 * leastPitch, 20);
    expect(windowFor(plan, 25)).toBe(20);
    expect(windowFor(plan, 19)).toBe(19);
    expect(windowFor(plan, 30)).toBe(21);
  });
});

describe('tracks and slots', () => {
  it('keep strips above the stream, apart from each other and inside the row, at every pitch', () => {
    for (let pitch = leastPitch; pitch <= tallestPitch; pitch += 1) {
      const track = tracks(pitch);
      expect(track.lane + track.laneWidth / 2).toBeLessThanOrEqual(pitch);
      for (const count of [1, 2, 3]) {
        const { tops, height } = slots(count, track.bandTop, track.bandHeight);
        expect(tops).toHaveLength(count);
        expect(height).toBeGreaterThanOrEqual(1);
        for (let i = 1; i < count; i += 1) expect(tops[i]! - tops[i - 1]!).toBeGreaterThanOrEqual(height);
        expect(tops[0]!).toBeGreaterThanOrEqual(track.bandTop);
        expect(tops[count - 1]! + height).toBeLessThanOrEqual(track.lane - track.laneWidth / 2);
      }
    }
  });
});

describe('underLabel', () => {
  it.each([14, 18, 24, 34, 64, 144])(
    'puts a label beside the middle of the band in rows of %i px',
    (pitch) => {
      const track = tracks(pitch);
      const middle = (pitch - underLabel(pitch, track)) / 2;
      expect(middle).toBeCloseTo(track.bandTop + track.bandHeight / 2, 9);
    },
  );
});
