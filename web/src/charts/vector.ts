/** What is painted on a canvas, again as SVG: for figures that are taken away. */
import { entry, type ColourTable } from './colour';

/** More rectangles than this make a file that nothing opens; the canvas' own pixels are taken instead. */
const most = 30_000;

const makers = new WeakMap<HTMLCanvasElement, () => string | null>();

/** Says how what is painted on `canvas` is drawn as SVG, in its CSS px; null where pixels do better. */
export function drawnAs(canvas: HTMLCanvasElement, make: () => string | null): void {
  makers.set(canvas, make);
}

/** The canvas as SVG, in its CSS px. */
export function vectorOf(canvas: HTMLCanvasElement, width: number, height: number): string {
  const made = makers.get(canvas)?.();
  if (made !== undefined && made !== null) return made;
  if (canvas.width === 0 || canvas.height === 0) return '';
  return `<image href="${canvas.toDataURL('image/png')}" width="${width}" height="${height}" preserveAspectRatio="none" image-rendering="pixelated"/>`;
}

export interface Cells {
  rows: number;
  columns: number;
  /** Colour of a cell as an entry of the table, or null where nothing is drawn. */
  index: (row: number, column: number) => number | null;
  table: ColourTable;
  /** Where a cell lies, CSS px. */
  width: number;
  height: number;
  pitchX: number;
  pitchY: number;
  radius?: number;
}

/** Cells as rectangles; neighbours of one colour that touch are one. Null when they are too many. */
export function cellsSvg(cells: Cells): string | null {
  const { rows, columns, index, table, width, height, pitchX, pitchY, radius = 0 } = cells;
  if (rows * columns > most) return null;
  const touching = pitchX - width < 0.01;
  const round = radius > 0 ? ` rx="${short(radius)}"` : '';
  const parts: string[] = [];
  for (let row = 0; row < rows; ++row) {
    let column = 0;
    while (column < columns) {
      const begin = column;
      const at = index(row, column++);
      if (at === null) continue;
      while (touching && column < columns && index(row, column) === at) column += 1;
      const across = (column - begin - 1) * pitchX + width;
      const inset = { x: (pitchX - width) / 2, y: (pitchY - height) / 2 };
      const y = touching ? row * pitchY : row * pitchY + inset.y;
      parts.push(
        `<rect x="${short(begin * pitchX + inset.x)}" y="${short(y)}" width="${short(across)}" height="${short(height)}"${round} fill="${entry(table, at)}"/>`,
      );
    }
  }
  return parts.join('');
}

/** What a query may not see, hatched: one shape a row. */
export function hatchedFuture(id: string, size: number, cell: number, colour: string): string {
  const rows = Array.from({ length: Math.max(0, size - 1) }, (_, row) => {
    const from = (row + 1) * cell;
    return `<rect x="${short(from)}" y="${short(row * cell)}" width="${short(size * cell - from)}" height="${short(cell)}" fill="url(#${id})"/>`;
  });
  return `<pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M0 5L5 0" stroke="${colour}" stroke-opacity="0.5" stroke-width="0.7"/></pattern>${rows.join('')}`;
}

export interface Square {
  /** [size, size] */
  values: Float32Array;
  size: number;
  cell: number;
  /** How far a cell stays from its neighbours on each side, CSS px. */
  inset: number;
  table: ColourTable;
  index: (value: number) => number;
  /** Whether nothing is drawn in a cell. */
  clear: (at: { query: number; key: number }, value: number) => boolean;
  /** How the future is hatched, where it is. */
  future: { id: string; colour: string } | null;
}

/** A square of numbers, queries down; null when it has too many cells. */
export function squareSvg({ values, size, cell, inset, table, index, clear, future }: Square): string | null {
  const cells = cellsSvg({
    rows: size,
    columns: size,
    index: (query, key) => {
      const value = values[query * size + key]!;
      return clear({ query, key }, value) ? null : index(value);
    },
    table,
    width: cell - 2 * inset,
    height: cell - 2 * inset,
    pitchX: cell,
    pitchY: cell,
    radius: inset > 0 ? Math.min(3, cell / 5) : 0,
  });
  if (cells === null || !future) return cells;
  return hatchedFuture(future.id, size, cell, future.colour) + cells;
}

/** At most two decimals. */
export function short(value: number): string {
  return `${Math.round(value * 100) / 100}`;
}
