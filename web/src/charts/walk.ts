/** Where a key moves the cell that is walked. One rule for every matrix, strip and table. */

export interface Place {
  row: number;
  column: number;
}

export interface Extent {
  rows: number;
  columns: number;
  /** Rows a Page key goes. */
  page?: number;
}

const clamp = (value: number, count: number) => Math.max(0, Math.min(count - 1, value));

/** The place after the key, or null when the key means nothing here (the browser then has it). */
export function walk(key: string, from: Place, extent: Extent, control = false): Place | null {
  const { rows, columns, page = 10 } = extent;
  const to = (row: number, column: number) => ({ row: clamp(row, rows), column: clamp(column, columns) });
  switch (key) {
    case 'ArrowUp':
      return to(control ? 0 : from.row - 1, from.column);
    case 'ArrowDown':
      return to(control ? rows - 1 : from.row + 1, from.column);
    case 'ArrowLeft':
      return to(from.row, control ? 0 : from.column - 1);
    case 'ArrowRight':
      return to(from.row, control ? columns - 1 : from.column + 1);
    case 'Home':
      return control ? to(0, 0) : to(from.row, 0);
    case 'End':
      return control ? to(rows - 1, columns - 1) : to(from.row, columns - 1);
    case 'PageUp':
      return to(from.row - page, from.column);
    case 'PageDown':
      return to(from.row + page, from.column);
    default:
      return null;
  }
}

/** As `walk` along a single row of `count` places, as on a slider: up and right go on, down and left go back, Page further. */
export function slide(key: string, from: number, count: number, control = false): number | null {
  const page = Math.max(10, Math.round(count / 20));
  const to = (place: number) => clamp(place, count);
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return to(control ? count - 1 : from + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return to(control ? 0 : from - 1);
    case 'PageUp':
      return to(from + page);
    case 'PageDown':
      return to(from - page);
    case 'Home':
      return to(0);
    case 'End':
      return to(count - 1);
    default:
      return null;
  }
}

/** [begin, end) of `count` items around `centre`, at most `span` long. */
export function around(centre: number, count: number, span: number): [number, number] {
  const begin = Math.max(0, Math.min(count - span, Math.ceil(centre - span / 2)));
  return [begin, Math.min(count, begin + span)];
}
