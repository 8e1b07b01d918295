import { describe, expect, it } from 'vitest';
import { asIfAt, footOf, inSight, listedBeside, seedAt, shownPart } from '../../../web/src/layout/levels';

const box = (left: number, top: number, right: number, bottom: number) => ({ left, top, right, bottom });
const port = box(200, 70, 1200, 900);

describe('what is in sight', () => {
  it.each([
    ['whole', box(220, 100, 700, 300), true],
    ['cut off below', box(220, 800, 700, 1000), false],
    ['cut off above', box(220, 20, 700, 200), false],
    ['below', box(220, 950, 700, 1100), false],
    ['too tall, from its beginning on', box(220, 100, 700, 1500), true],
    ['too tall, from below', box(220, 901, 700, 2500), false],
  ] as const)('%s', (_, at, seen) => expect(inSight(at, port)).toBe(seen));

  it('of a stage is what lies in the window', () =>
    expect(shownPart(box(-10, 50, 500, 3000), { width: 390, height: 844 })).toEqual(box(0, 50, 390, 844)));
});

describe('the next tokens beside a stage', () => {
  it.each([
    [0, 5],
    [843, 29],
    [1383, 51],
  ])('in %s px are %s', (height, rows) => expect(listedBeside(height)).toBe(rows));
});

describe('a computation that floats', () => {
  it('lies over the foot of its stage and leaves the rest to be read', () => {
    const foot = footOf(port, 10);
    expect(foot).toMatchObject({ left: 210, width: 980, bottom: 890 });
    expect(foot.most).toBeLessThan(0.7 * (port.bottom - port.top));
  });
});

describe('one step', () => {
  it('begins where the box was', () => {
    expect(asIfAt(box(10, 20, 110, 70), box(0, 0, 200, 200))).toBe('translate(10px, 20px) scale(0.5, 0.25)');
    expect(asIfAt(box(5, 5, 6, 6), box(5, 5, 6, 6))).toBe('translate(0px, 0px) scale(1, 1)');
  });
  it('grows out of the point that was pressed: it stays where it is', () => {
    const to = box(100, 200, 500, 400);
    const point = { x: 400, y: 250 };
    const seed = seedAt(point, to, 0.25);
    expect(seed).toEqual(box(325, 237.5, 425, 287.5));
    const along = (at: number, low: number, high: number) => (at - low) / (high - low);
    expect(along(point.x, seed.left, seed.right)).toBeCloseTo(along(point.x, to.left, to.right));
    expect(along(point.y, seed.top, seed.bottom)).toBeCloseTo(along(point.y, to.top, to.bottom));
  });
});
