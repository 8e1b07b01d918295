/** Geometry and wording of a square of queries (rows) and keys (columns). */
import { percent, signed } from '../format/format';

export interface Cell {
  query: number;
  key: number;
}

/** A whole row, or a whole column. */
export interface Lane {
  query?: number;
  key?: number;
}

export type MatrixKind = 'probability' | 'signed' | 'masked';

/** Up to this many tokens every cell is in the document (400 cells); above, only those around the walked one. */
export const wholeGrid = 20;
/** Below this size of a cell, CSS px, a lens helps. */
export const lensBelow = 9;
/** Cells this large are drawn apart, with round corners. */
export const apartFrom = 9;

/** Cell under a point of the picture, or null outside. */
export function cellAt(x: number, y: number, size: number, cell: number): Cell | null {
  const key = Math.floor(x / cell);
  const query = Math.floor(y / cell);
  return key >= 0 && key < size && query >= 0 && query < size ? { query, key } : null;
}

/** What a query may not see. A matrix before masking hides nothing. */
export function hidden(kind: MatrixKind, at: Cell): boolean {
  return kind !== 'signed' && at.key > at.query;
}

export function valueText(kind: MatrixKind, value: number | undefined): string {
  return kind === 'probability' ? percent(value) : signed(value);
}

/** Every how many rows or columns a label fits: at least `room` px from one to the next. */
export function labelStride(cell: number, room: number): number {
  const least = Math.max(1, Math.ceil(room / cell));
  if (least <= 2) return least;
  return [5, 10, 20, 25, 50, 100, 200, 250, 500].find((stride) => stride >= least) ?? 1000;
}

/** Cell size, CSS px, so that `size` tokens fill at most `room` px; whole pixels once cells are large enough. */
export function fitCell(size: number, room: number, largest = 28): number {
  const cell = Math.min(largest, room / Math.max(1, size));
  return cell >= 4 ? Math.floor(cell) : cell;
}

/** The lens: a patch of at most `span` cells a side around a cell, kept inside the matrix, and inside the rows [first, last) there are. */
export function lensPatch(
  at: Cell,
  size: number,
  span: number,
  [first, last]: readonly [number, number] = [0, size],
): { query: number; key: number; rows: number; columns: number } {
  const rows = Math.min(span, last - first);
  const columns = Math.min(span, size);
  const begin = (centre: number, side: number, low: number, high: number) =>
    Math.max(low, Math.min(high - side, centre - Math.floor(side / 2)));
  return {
    query: begin(at.query, rows, first, last),
    key: begin(at.key, columns, 0, size),
    rows,
    columns,
  };
}

/** The k largest allowed keys of a query, largest first; equal weights keep their order. */
export function strongestKeys(values: Float32Array, size: number, query: number, count: number): number[] {
  const keys = Array.from({ length: Math.min(query + 1, size) }, (_, key) => key);
  keys.sort((a, b) => values[query * size + b]! - values[query * size + a]! || a - b);
  return keys.slice(0, count);
}
