/** Paints the visible rows of the attention matrix, each in its token's row. */
import { hatch, scratch } from '../charts/canvas';
import type { ColourTable } from '../charts/colour';
import type { RowPlan, RowTracks } from '../layout/rows';
import { matrixPixels } from './paint';

export interface PaintedRows {
  /** [visible rows, keys]; -inf where masked. */
  values: Float32Array;
  /** Keys that `values` has; fewer than tokens while the answer to a longer text is on its way. */
  keys: number;
  rows: RowPlan;
  track: RowTracks;
  /** CSS px. */
  cellWidth: number;
  /** Whether what comes after the query is hidden. */
  causal: boolean;
  table: ColourTable;
  /** Entry of the table for a value. */
  index: (value: number) => number;
  /** Device pixels a CSS px. */
  ratio: number;
}

/** Narrower cells, CSS px, and more of them than this are not drawn one by one. */
const apart = { width: 5, tokens: 96 };

/** Crosses out what the queries in sight may not see. */
export function hatchFuture(
  context: CanvasRenderingContext2D,
  { rows, track, cellWidth }: Pick<PaintedRows, 'rows' | 'track' | 'cellWidth'>,
  colour: string,
): void {
  const width = rows.total * cellWidth;
  const count = rows.last - rows.first;
  const future = new Path2D();
  for (let i = 0; i < count; i += 1) {
    const from = (rows.first + i + 1) * cellWidth;
    if (from < width) future.rect(from, i * rows.pitch + track.bandTop, width - from, track.bandHeight);
  }
  hatch(context, future, { width, height: count * rows.pitch }, colour);
}

export function paintRows(context: CanvasRenderingContext2D, painted: PaintedRows): void {
  const { values, keys, rows, cellWidth } = painted;
  if (keys === 0) return;
  // While a token is being added the answer to fewer is still on screen: its rows stay until the next has come.
  const known = Math.min(rows.last - rows.first, Math.floor(values.length / keys));
  if (cellWidth >= apart.width && rows.total <= apart.tokens) paintApart(context, painted, known);
  else if (keys === rows.total) paintPixels(context, painted, known);
}

function paintApart(context: CanvasRenderingContext2D, painted: PaintedRows, known: number): void {
  const { values, keys, rows, track, cellWidth, causal, table, index } = painted;
  const inset = cellWidth >= 14 ? 1 : 0.5;
  const round = Math.min(3, cellWidth / 5, track.bandHeight / 4);
  for (let i = 0; i < known; i += 1) {
    const last = Math.min(Math.min(keys, rows.total) - 1, causal ? rows.first + i : rows.total - 1);
    for (let key = 0; key <= last; key += 1) {
      const value = values[i * keys + key]!;
      if (value === -Infinity) continue;
      const at = index(value) * 4;
      context.fillStyle = `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
      context.beginPath();
      context.roundRect(
        key * cellWidth + inset,
        i * rows.pitch + track.bandTop,
        cellWidth - 2 * inset,
        track.bandHeight,
        round,
      );
      context.fill();
    }
  }
}

function paintPixels(context: CanvasRenderingContext2D, painted: PaintedRows, known: number): void {
  const { values, keys, rows, track, cellWidth, causal, table, index, ratio } = painted;
  const width = rows.total * cellWidth;
  const across = Math.min(keys, Math.max(1, Math.floor(width * ratio)));
  const size = { rows: known, keys, first: rows.first, across };
  const pixels = new ImageData(across, known);
  pixels.data.set(matrixPixels(values, size, causal, table, index));
  const source = scratch(pixels);
  for (let i = 0; i < known; i += 1) {
    context.drawImage(source, 0, i, across, 1, 0, i * rows.pitch + track.bandTop, width, track.bandHeight);
  }
}
