/** Where the cells of a map lie. */
import { expect, test } from 'vitest';
import { cellAt, cellBox, labelled, mapPlan } from '../../../web/src/experiments/map';

const plan = mapPlan({ rows: 3, columns: 10, width: 260, cell: 20, gutter: 60, top: 24 });

test('cells fill what is left beside the names', () => {
  expect(plan).toMatchObject({ cellWidth: 20, cellHeight: 20, height: 84 });
  expect(cellBox(plan, { row: 2, column: 9 })).toEqual({ x: 240, y: 64, width: 20, height: 20 });
});

test('the cell under a point, and none beside them', () => {
  for (const place of [
    { row: 0, column: 0 },
    { row: 2, column: 9 },
  ]) {
    const { x, y, width, height } = cellBox(plan, place);
    expect(cellAt(plan, x + width / 2, y + height / 2)).toEqual(place);
  }
  expect(cellAt(plan, 59, 30)).toBeNull();
  expect(cellAt(plan, 100, 23)).toBeNull();
  expect(cellAt(plan, 261, 30)).toBeNull();
});

test('few cells do not become boards', () => {
  expect(mapPlan({ rows: 1, columns: 1, width: 900, cell: 20, gutter: 0, top: 0 }).cellWidth).toBe(52);
});

test('as many names as there is room for', () => {
  expect(labelled(5, 30, 20)).toEqual([0, 1, 2, 3, 4]);
  expect(labelled(7, 6, 20)).toEqual([0, 4]);
});
