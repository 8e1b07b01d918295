import { describe, expect, it } from 'vitest';
import { solveColumns } from '../../../web/src/layout/columns';
import { wideFlow } from '../../../web/src/layout/flow';
import { tallLayout } from '../../../web/src/layout/tall';
import { rowTop, wideFrom, wideLayout, type ColumnName } from '../../../web/src/layout/wide';

describe('solveColumns', () => {
  const wishes = [
    { name: 'a' as const, least: 10, ideal: 20, grow: 1 },
    { name: 'b' as const, least: 30, ideal: 60, grow: 0 },
  ];
  it('gives each its ideal where that fits exactly', () => {
    expect(solveColumns(wishes, 80)).toEqual({ a: { x: 0, width: 20 }, b: { x: 20, width: 60 } });
  });
  it('shares what is left by growth', () => {
    expect(solveColumns(wishes, 100)).toEqual({ a: { x: 0, width: 40 }, b: { x: 40, width: 60 } });
  });
  it('shrinks all in proportion, and never below the least', () => {
    expect(solveColumns(wishes, 60)).toEqual({ a: { x: 0, width: 15 }, b: { x: 15, width: 45 } });
    expect(solveColumns(wishes, 5)).toEqual({ a: { x: 0, width: 10 }, b: { x: 10, width: 30 } });
  });
});

const models = [
  { layers: 8, heads: 8 },
  { layers: 12, heads: 12 },
  { layers: 24, heads: 16 },
  { layers: 2, heads: 2 },
  { layers: 48, heads: 25 },
];
const order: ColumnName[] = [
  'map',
  'arcs',
  'tokens',
  'embedding',
  'lift1',
  'ln1',
  'fan',
  'qkv',
  'bus',
  'queries',
  'matrix',
  'z',
  'stack',
  'gather',
  'out',
  'add1',
  'lift2',
  'ln2',
  'up',
  'mlp',
  'down',
  'add2',
  'film',
  'final',
  'next',
];

describe('wideLayout', () => {
  it('lays the columns in the order of the pass, none over another, all on the page', () => {
    for (const model of models) {
      for (const width of [wideFrom - 48, 976, 1392, 2512]) {
        for (const tokens of [1, 6, 40, 200, 1024]) {
          const { columns } = wideLayout({ ...model, tokens, width, height: 560, first: 0 });
          for (let i = 1; i < order.length; i += 1) {
            const [before, here] = [columns[order[i - 1]!], columns[order[i]!]];
            expect(here.x).toBe(before.x + before.width);
          }
          const last = columns.next;
          expect(last.x + last.width).toBeLessThanOrEqual(width + 1);
        }
      }
    }
  });

  it('leaves each of 24 frames room for a button', () => {
    for (const tokens of [6, 200]) {
      const { columns } = wideLayout({ layers: 24, heads: 16, tokens, width: 1392, height: 560, first: 0 });
      expect(columns.film.width / 24).toBeGreaterThanOrEqual(9);
    }
  });

  it('fits the height it is given', () => {
    for (const height of [360, 560, 900]) {
      for (const tokens of [1, 6, 40, 1024]) {
        const layout = wideLayout({ ...models[0]!, tokens, width: 1392, height, first: 0 });
        expect(layout.height).toBeLessThanOrEqual(height + 8);
        expect(rowTop(layout, layout.rows.last - 1) + layout.rows.pitch).toBe(layout.foot);
      }
    }
  });

  it('makes the matrix as wide as its column, but for the cells of very few tokens', () => {
    for (const tokens of [1, 7, 65, 1024]) {
      const layout = wideLayout({ ...models[0]!, tokens, width: 1392, height: 560, first: 0 });
      const widest = Math.max(72, layout.rows.pitch);
      expect(layout.cellWidth * tokens).toBeCloseTo(
        Math.min(widest * tokens, layout.columns.matrix.width),
        6,
      );
    }
  });
});

describe('wideFlow', () => {
  const layout = wideLayout({ ...models[0]!, tokens: 11, width: 1392, height: 560, first: 0 });
  const flow = wideFlow(layout, 8, 3);

  it('draws a row of ribbons for each visible row, all with finite coordinates', () => {
    expect(flow.rows.map(({ token }) => token)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const row of flow.rows) {
      for (const path of Object.values(row)) {
        if (typeof path === 'string') expect(path).toMatch(/^M[-\d. LCQZM]+$/);
      }
    }
  });

  it('runs the stream unbroken from the embedding past both additions to the last layer', () => {
    for (const { lane } of flow.rows) {
      expect(lane.map(({ from }) => from).slice(1)).toEqual(lane.map(({ to }) => to).slice(0, -1));
      expect(lane[0]!.to).toBeCloseTo(flow.adds[0], 1);
      expect(lane[1]!.to).toBeCloseTo(flow.adds[1], 1);
    }
  });

  it('branches to each norm before it, and adds after the sublayer', () => {
    const { stations, adds } = flow;
    expect(layout.columns.lift1.x).toBeLessThan(stations.ln1.x);
    expect(stations.ln1.x).toBeLessThan(stations.wo.x);
    expect(stations.wo.x).toBeLessThan(adds[0]);
    expect(adds[0]).toBeLessThan(stations.ln2.x);
    expect(stations.ln2.x).toBeLessThan(adds[1]);
    expect(adds[1]).toBeLessThan(stations.final.x);
  });

  it('draws ribbons as wide as their vectors are long: C alike on every way, 4C four times that', () => {
    /** Width at either end of a ribbon, by its path. */
    const widths = (path: string) => {
      const numbers = path.match(/-?[\d.]+/g)!.map(Number);
      const [begin, end] = [numbers[numbers.length - 1]! - numbers[1]!, numbers[9]! - numbers[7]!];
      return { begin, end };
    };
    const row = flow.rows[5]!;
    const size = widths(row.lift2).end;
    for (const [way, { begin, end }] of Object.entries({
      widen: widths(row.widen),
      narrow: widths(row.narrow),
    })) {
      expect(Math.max(begin, end) / Math.min(begin, end), way).toBeCloseTo(4, 1);
      expect(Math.min(begin, end), way).toBeCloseTo(size, 1);
    }
    for (const path of [row.q, row.k, row.v, row.joined]) expect(widths(path).end).toBeCloseTo(size, 1);
    expect(widths(row.add1).begin).toBeCloseTo(size, 1);
    expect(widths(row.add2).begin).toBeCloseTo(size, 1);
  });

  it('joins as many heads as there are', () => {
    expect(flow.rows[0]!.otherHeads.split('M')).toHaveLength(8);
  });

  it('opens to the list only where the last row is in sight', () => {
    expect(flow.fan).toContain(` ${layout.list.foot}C`);
    expect(layout.list.foot).toBeGreaterThanOrEqual(layout.foot);
    const scrolled = wideLayout({ ...models[0]!, tokens: 200, width: 1392, height: 560, first: 0 });
    expect(wideFlow(scrolled, 8, 0).fan).toBe('');
    expect(wideFlow(scrolled, 8, 0).rows.length).toBe(scrolled.rows.last);
  });
});

describe('tallLayout', () => {
  it('keeps rail and strips inside the page', () => {
    for (const width of [320, 390, 768, 979]) {
      for (const tokens of [1, 6, 40, 200, 1024]) {
        const layout = tallLayout({ tokens, width, first: 0 });
        expect(layout.margin * 2 + layout.rail + layout.room).toBeLessThanOrEqual(width);
        expect(layout.cellWidth * tokens).toBeLessThanOrEqual(layout.room + 1e-9);
      }
    }
  });
});
