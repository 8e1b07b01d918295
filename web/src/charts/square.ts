/** Paints a square of numbers: cells apart where they are large and few, else a pixel a cell. */
import { scratch, squarePixels, squeezeSquare } from './canvas';
import type { ColourTable } from './colour';
import { apartFrom, hidden, type MatrixKind } from './matrix';

export interface PaintedSquare {
  /** [size, size], queries down; -inf where masked. */
  values: Float32Array;
  size: number;
  /** Side of a cell, CSS px. */
  cell: number;
  kind: MatrixKind;
  table: ColourTable;
  /** Entry of the table for a value. */
  index: (value: number) => number;
  /** Device pixels a CSS px. */
  ratio: number;
  /** Paints this query's row alone. */
  onlyRow: number | null;
}

/** More cells than this a side are not drawn one by one. */
const fewest = 64;

/** How far a cell is drawn inside its own edges, CSS px; 0 where cells touch. */
export function insetOf({ size, cell }: Pick<PaintedSquare, 'size' | 'cell'>): number {
  if (cell < apartFrom || size > fewest) return 0;
  return cell >= 14 ? 1 : 0.5;
}

/** Whether nothing is drawn for a cell, so that the paper or its hatching shows. */
export function isClear(
  { kind, onlyRow }: Pick<PaintedSquare, 'kind' | 'onlyRow'>,
  query: number,
  key: number,
  value: number,
): boolean {
  return (onlyRow !== null && query !== onlyRow) || hidden(kind, { query, key }) || value === -Infinity;
}

export function paintSquare(context: CanvasRenderingContext2D, square: PaintedSquare): void {
  if (insetOf(square) > 0) paintApart(context, square);
  else paintPixels(context, square);
}

function paintApart(context: CanvasRenderingContext2D, square: PaintedSquare): void {
  const { values, size, cell, table, index, onlyRow } = square;
  const inset = insetOf(square);
  const inner = cell - 2 * inset;
  for (let query = onlyRow ?? 0; query < (onlyRow === null ? size : onlyRow + 1); ++query) {
    for (let key = 0; key < size; ++key) {
      const value = values[query * size + key]!;
      if (isClear(square, query, key, value)) continue;
      const at = index(value) * 4;
      context.fillStyle = `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
      context.beginPath();
      context.roundRect(key * cell + inset, query * cell + inset, inner, inner, Math.min(3, cell / 5));
      context.fill();
    }
  }
}

function paintPixels(context: CanvasRenderingContext2D, square: PaintedSquare): void {
  const { values, size, cell, kind, table, index, ratio, onlyRow } = square;
  const side = size * cell;
  const across = Math.min(size, Math.max(1, Math.floor(side * ratio)));
  const pixels = new ImageData(across, across);
  squarePixels(squeezeSquare(values, size, across), across, table, index, kind !== 'signed', pixels.data);
  const source = scratch(pixels);
  if (onlyRow === null) {
    context.drawImage(source, 0, 0, across, across, 0, 0, side, side);
    return;
  }
  const from = Math.floor((onlyRow * across) / size);
  context.drawImage(source, 0, from, across, 1, 0, onlyRow * cell, side, Math.max(1, cell));
}
