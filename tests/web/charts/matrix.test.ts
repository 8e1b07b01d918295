import { describe, expect, it } from 'vitest';
import {
  cellAt,
  fitCell,
  hidden,
  labelStride,
  lensPatch,
  strongestKeys,
  valueText,
} from '../../../web/src/charts/matrix';
import { around, slide, walk } from '../../../web/src/charts/walk';
import { revealRow, scrolledTo, tableHeight, visibleRows } from '../../../web/src/charts/virtual';
import { arcs } from '../../../web/src/charts/arcs';

describe('cells', () => {
  it('are hit by arithmetic, also at fractions of a pixel', () => {
    expect(cellAt(0, 0, 4, 10)).toEqual({ query: 0, key: 0 });
    expect(cellAt(39.9, 10, 4, 10)).toEqual({ query: 1, key: 3 });
    expect(cellAt(40, 10, 4, 10)).toBeNull();
    expect(cellAt(-0.1, 10, 4, 10)).toBeNull();
    expect(cellAt(300, 150, 1024, 0.4)).toEqual({ query: 375, key: 750 });
  });
  it('are hidden above the diagonal once masked', () => {
    expect(hidden('probability', { query: 1, key: 2 })).toBe(true);
    expect(hidden('masked', { query: 1, key: 1 })).toBe(false);
    expect(hidden('signed', { query: 1, key: 2 })).toBe(false);
  });
  it('read as shares or signed numbers', () => {
    expect(valueText('probability', 0.123)).toBe('12.3 %');
    expect(valueText('masked', -1.5)).toBe('-1.500');
  });
  it('fit their room', () => {
    expect(fitCell(11, 300)).toBe(27);
    expect(fitCell(3, 300)).toBe(28);
    expect(fitCell(1024, 400) * 1024).toBeCloseTo(400);
    expect(fitCell(0, 400)).toBe(28);
  });
  it('carry labels that never touch', () => {
    for (const cell of [0.3, 1, 4, 9, 13, 28])
      expect(labelStride(cell, 13) * cell).toBeGreaterThanOrEqual(Math.min(13, 1000 * cell));
  });
  it('order keys by weight, the first of equals first, and never the future', () => {
    const values = Float32Array.of(1, 0, 0, 0.5, 0.5, 0, 0.2, 0.5, 0.3);
    expect(strongestKeys(values, 3, 1, 5)).toEqual([0, 1]);
    expect(strongestKeys(values, 3, 2, 2)).toEqual([1, 2]);
  });
});

describe('the lens', () => {
  it('stays inside the matrix', () => {
    expect(lensPatch({ query: 0, key: 99 }, 100, 9)).toEqual({ query: 0, key: 91, rows: 9, columns: 9 });
    expect(lensPatch({ query: 50, key: 50 }, 100, 9)).toEqual({ query: 46, key: 46, rows: 9, columns: 9 });
    expect(lensPatch({ query: 1, key: 0 }, 3, 9)).toEqual({ query: 0, key: 0, rows: 3, columns: 3 });
    // Of a matrix of which only some rows are at hand.
    expect(lensPatch({ query: 70, key: 50 }, 100, 9, [70, 96])).toMatchObject({
      query: 70,
      key: 46,
      rows: 9,
    });
    expect(lensPatch({ query: 95, key: 50 }, 100, 9, [90, 96])).toMatchObject({
      query: 90,
      rows: 6,
      columns: 9,
    });
  });
});

describe('walk', () => {
  const extent = { rows: 5, columns: 4, page: 3 };
  it.each([
    ['ArrowUp', false, { row: 1, column: 2 }],
    ['ArrowDown', false, { row: 3, column: 2 }],
    ['ArrowLeft', false, { row: 2, column: 1 }],
    ['ArrowRight', false, { row: 2, column: 3 }],
    ['Home', false, { row: 2, column: 0 }],
    ['End', false, { row: 2, column: 3 }],
    ['Home', true, { row: 0, column: 0 }],
    ['End', true, { row: 4, column: 3 }],
    ['PageUp', false, { row: 0, column: 2 }],
    ['PageDown', false, { row: 4, column: 2 }],
    ['ArrowDown', true, { row: 4, column: 2 }],
  ])('%s (control %s)', (key, control, to) =>
    expect(walk(key, { row: 2, column: 2 }, extent, control)).toEqual(to),
  );
  it('leaves other keys to the browser', () => expect(walk('Tab', { row: 0, column: 0 }, extent)).toBeNull());
  it('stops at the edges', () =>
    expect(walk('ArrowLeft', { row: 0, column: 0 }, extent)).toEqual({ row: 0, column: 0 }));
});

describe('slide', () => {
  it.each([
    ['ArrowUp', false, 51],
    ['ArrowRight', false, 51],
    ['ArrowDown', false, 49],
    ['ArrowLeft', false, 49],
    ['PageUp', false, 60],
    ['PageDown', false, 40],
    ['Home', false, 0],
    ['End', false, 99],
    ['ArrowRight', true, 99],
    ['ArrowDown', true, 0],
  ])('%s (control %s) leads from 50 of 100 to %i', (key, control, to) =>
    expect(slide(key, 50, 100, control)).toBe(to),
  );
  it('pages through a vocabulary in twenty steps', () =>
    expect(slide('PageUp', 0, 50_257)).toBe(Math.round(50_257 / 20)));
  it('stops at both ends', () => {
    expect(slide('PageUp', 95, 100)).toBe(99);
    expect(slide('ArrowDown', 0, 100)).toBe(0);
  });
  it('leaves other keys to the browser', () => expect(slide('Tab', 3, 100)).toBeNull());
});

describe('windows', () => {
  it('lie around their centre and inside', () => {
    expect(around(0, 100, 5)).toEqual([0, 5]);
    expect(around(99, 100, 5)).toEqual([95, 100]);
    expect(around(50, 100, 5)).toEqual([48, 53]);
    expect(around(50, 100, 3)).toEqual([49, 52]);
    expect(around(50, 100, 4)).toEqual([48, 52]);
    expect(around(1, 3, 5)).toEqual([0, 3]);
  });
  it('draw the rows in view and a few more', () => {
    expect([0, 1, 12, 13, 50257].map((count) => tableHeight(count, 12))).toEqual([24, 24, 288, 300, 300]);
    expect(visibleRows(0, 240, 24, 50257, 6)).toEqual([0, 16]);
    expect(visibleRows(24 * 1000, 240, 24, 50257, 6)).toEqual([994, 1016]);
    expect(visibleRows(24 * 60000, 240, 24, 50257, 6)).toEqual([50257, 50257]);
    expect(visibleRows(0, 240, 24, 0)).toEqual([0, 0]);
    // A table that has become shorter is no longer scrolled as far as it was told.
    expect(scrolledTo(480, 240, 24, 30)).toBe(480);
    expect(scrolledTo(480, 240, 24, 25)).toBe(360);
    expect(scrolledTo(480, 240, 24, 7)).toBe(0);
  });
  it('scroll no more than needed', () => {
    expect(revealRow(3, 0, 240, 24)).toBe(0);
    expect(revealRow(10, 0, 240, 24)).toBe(24);
    expect(revealRow(0, 240, 240, 24)).toBe(0);
  });
});

describe('arcs', () => {
  const positions = [10, 40, 70];
  it('go to the allowed keys above the minimum, the heaviest on top', () => {
    const drawn = arcs([0.6, 0.39, 0.01], positions, 2, { width: 40 });
    expect(drawn.map((arc) => arc.key)).toEqual([1, 0]);
    expect(drawn[1]!.thickness).toBeGreaterThan(drawn[0]!.thickness);
    expect(drawn[1]!.path.startsWith('M40 70')).toBe(true);
    expect(drawn[1]!.path.endsWith('40 10')).toBe(true);
  });
  it('never show the future', () =>
    expect(arcs([0.5, 0.5, 0.9], positions, 1, { width: 40 }).map((arc) => arc.key)).not.toContain(2));
  it('loop for a look at itself', () =>
    expect(arcs([1], [10], 0, { width: 40 })[0]!.path).toContain('M40 17'));
  it('are none for a query that is not there', () => expect(arcs([1], [10], 5, { width: 40 })).toEqual([]));
});
