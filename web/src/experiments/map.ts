/** Where the cells of a map lie, CSS px. Pure. */
import type { Box } from '../layout/box';
import type { Place } from '../charts/walk';

export interface MapPlan {
  rows: number;
  columns: number;
  /** Where the first cell begins. */
  left: number;
  top: number;
  cellWidth: number;
  cellHeight: number;
  height: number;
}

/** Cells are never wider than this many times their height. */
const widest = 2.6;

export function mapPlan(asked: {
  rows: number;
  columns: number;
  width: number;
  cell: number;
  gutter: number;
  top: number;
}): MapPlan {
  const { rows, columns, width, cell, gutter, top } = asked;
  const room = Math.max(columns, width - gutter);
  return {
    ...{ rows, columns, top, left: gutter },
    cellWidth: Math.min(widest * cell, room / Math.max(1, columns)),
    cellHeight: cell,
    height: top + rows * cell,
  };
}

export const cellBox = (plan: MapPlan, { row, column }: Place): Box => ({
  x: plan.left + column * plan.cellWidth,
  y: plan.top + row * plan.cellHeight,
  width: plan.cellWidth,
  height: plan.cellHeight,
});

/** The cell at a point, or null beside all of them. */
export function cellAt(plan: MapPlan, x: number, y: number): Place | null {
  const column = Math.floor((x - plan.left) / plan.cellWidth);
  const row = Math.floor((y - plan.top) / plan.cellHeight);
  const inside = row >= 0 && row < plan.rows && column >= 0 && column < plan.columns;
  return inside ? { row, column } : null;
}

/** Columns whose names have room: all, or every so many. */
export function labelled(columns: number, cellWidth: number, wanted: number): number[] {
  const every = Math.max(1, Math.ceil(wanted / Math.max(cellWidth, 1e-6)));
  return Array.from({ length: Math.ceil(columns / every) }, (_, i) => i * every);
}
