import { describe, expect, it } from 'vitest';
import {
  colouredHeads,
  enlargedGrid,
  headOrders,
  leastThumbnail,
  measureHeads,
  rankHeads,
} from '../../../web/src/layout/heads';
import { decodeLink, encodeLink } from '../../../web/src/state/url';

/** Two heads over three tokens: one looks straight back, the other spreads evenly. */
const back = [1, 0, 0, 1, 0, 0, 0, 1, 0];
const even = [1, 0, 0, 1 / 2, 1 / 2, 0, 1 / 3, 1 / 3, 1 / 3];
const pattern = Float32Array.from([...back, ...even]);
const whole = { heads: 2, rows: 3, keys: 3, first: 0 };

describe('measureHeads', () => {
  it('takes means over the queries that have something to choose from', () => {
    const [straight, spread] = measureHeads(pattern, whole);
    expect(straight).toEqual({ previous: 1, first: 0.5, self: 0, entropy: 0 });
    expect(spread!.previous).toBeCloseTo((1 / 2 + 1 / 3) / 2, 6);
    expect(spread!.first).toBeCloseTo((1 / 2 + 1 / 3) / 2, 6);
    expect(spread!.self).toBeCloseTo((1 / 2 + 1 / 3) / 2, 6);
    expect(spread!.entropy).toBeCloseTo((1 + Math.log2(3)) / 2, 6);
  });

  it('reads the last rows of a long text at their own place', () => {
    const rows = Float32Array.from([...back.slice(6), ...even.slice(6)]);
    const [straight, spread] = measureHeads(rows, { heads: 2, rows: 1, keys: 3, first: 2 });
    expect(straight).toEqual({ previous: 1, first: 0, self: 0, entropy: 0 });
    expect(spread!.entropy).toBeCloseTo(Math.log2(3), 6);
  });

  it('has nothing to say of a single token', () => {
    const [only] = measureHeads(Float32Array.of(1), { heads: 1, rows: 1, keys: 1, first: 0 });
    expect(only!.previous).toBeNaN();
    expect(rankHeads(1, 1, 'previous', [[only!]])).toEqual([{ layer: 0, head: 0, value: null }]);
  });
});

describe('rankHeads', () => {
  const measures = [measureHeads(pattern, whole), measureHeads(pattern, whole)];
  const names = (order: (typeof headOrders)[number]) =>
    rankHeads(2, 2, order, measures).map(({ layer, head }) => `${layer}.${head}`);

  it('puts the largest first and keeps the order of equals', () => {
    expect(names('layer')).toEqual(['0.0', '0.1', '1.0', '1.1']);
    expect(names('previous')).toEqual(['0.0', '1.0', '0.1', '1.1']);
    expect(names('entropy')).toEqual(['0.1', '1.1', '0.0', '1.0']);
  });

  it('keeps the order of the model until the measures have come', () => {
    expect(rankHeads(1, 2, 'self', null).map(({ value }) => value)).toEqual([null, null]);
  });
});

describe('the order in a link', () => {
  it('comes back as it was, and is nothing when it is none of ours', () => {
    for (const order of headOrders) expect(decodeLink(encodeLink({ order })).order).toBe(order);
    expect(decodeLink('#order=colour').order).toBeUndefined();
  });
});

describe('enlargedGrid', () => {
  it.each([
    [8, 8],
    [12, 12],
    [24, 16],
    [36, 20],
  ])('shows %i x %i heads legibly on a laptop, and all of them', (layers, heads) => {
    const window = { width: 1440, height: 900 };
    const { width, height, grid } = enlargedGrid({ layers, heads }, window);
    expect(grid.width / heads).toBeGreaterThanOrEqual(leastThumbnail.width);
    expect(grid.height / layers).toBeGreaterThanOrEqual(leastThumbnail.height);
    expect(width).toBeLessThanOrEqual(window.width - 48);
    expect(height).toBeLessThanOrEqual(window.height - 72);
  });

  it('stays in a small window, and is no smaller than its title for few heads', () => {
    const small = enlargedGrid({ layers: 24, heads: 16 }, { width: 980, height: 720 });
    expect(small.width).toBeLessThanOrEqual(980 - 48);
    expect(small.height).toBeLessThanOrEqual(720 - 72);
    expect(enlargedGrid({ layers: 2, heads: 2 }, { width: 1440, height: 900 }).width).toBe(340);
  });
});

describe('colouredHeads', () => {
  const [a, b] = [
    { layer: 0, head: 1 },
    { layer: 2, head: 3 },
  ];
  it('gives each pinned head its own colour, and the chosen one what is free', () => {
    expect(colouredHeads([], a)).toEqual([{ ...a, colour: 'attention' }]);
    expect(colouredHeads([a, b], b)).toEqual([
      { ...a, colour: 'attention' },
      { ...b, colour: 'pin2' },
    ]);
    expect(colouredHeads([a], b)).toEqual([
      { ...a, colour: 'attention' },
      { ...b, colour: 'ink' },
    ]);
    const four = [0, 1, 2, 3].map((head) => ({ layer: 1, head }));
    expect(new Set(colouredHeads(four, a).map(({ colour }) => colour)).size).toBe(5);
  });
});
