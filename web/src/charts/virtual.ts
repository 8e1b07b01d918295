/** Which rows of a long table are drawn. */

/** Below this width, CSS px, a table goes without what its numbers say already, such as bars. */
export const narrowTable = 340;

/** How far a table can be scrolled at the most: browsers take back what is beyond, and tell of it a frame later. */
export function scrolledTo(scroll: number, height: number, rowHeight: number, count: number): number {
  return Math.min(scroll, Math.max(0, count * rowHeight - height));
}

/** [begin, end) of the rows in view, with `over` more on each side. */
export function visibleRows(
  scroll: number,
  height: number,
  rowHeight: number,
  count: number,
  over = 3,
): [number, number] {
  const begin = Math.max(0, Math.floor(scroll / rowHeight) - over);
  const end = Math.min(count, Math.ceil((scroll + height) / rowHeight) + over);
  return [Math.min(begin, end), end];
}

/** Scroll offset that brings a row into view, moved as little as needed. */
export function revealRow(row: number, scroll: number, height: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < scroll) return top;
  if (top + rowHeight > scroll + height) return top + rowHeight - height;
  return scroll;
}

/** Height of a table's body: all its rows up to `most`; beyond, half a row more than that, which shows that it goes on. */
export function tableHeight(count: number, most: number, rowHeight = 24): number {
  return rowHeight * (count <= most ? Math.max(1, count) : most + 0.5);
}

/** Browsers stop drawing elements beyond some 16 million px; a table of 50,257 rows at 24 px is 1.2 million. */
export const tallest = 16_000_000;
