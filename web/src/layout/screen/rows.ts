/** Rows of the first screen: one a word, from the top, in units. */

/** What a row is high at least and at most, and how many are drawn of a text that has more words. */
export const rowPitch = { least: 26, most: 64 } as const;
export const rowsShown = 15;

export interface ScreenRows {
  /** Words in sight, [first, last) of `total`. */
  first: number;
  last: number;
  total: number;
  /** From one row's centre to the next. */
  pitch: number;
  /** Top of the first row. */
  top: number;
  /** From a row's centre down to its line of the stream. */
  floor: number;
  /** Size of the words. */
  size: number;
}

/** How many of `total` words are drawn in `room` units. */
export function shownIn(room: number, total: number): number {
  return Math.min(total, rowsShown, Math.max(4, Math.floor(room / rowPitch.least)));
}

/**
 * Where the window of `shown` words of `total` begins so that `lit` is in it: where it was, `before`, unless it must move,
 * and then no further than it must. A text that fits begins at 0.
 */
export function windowFrom(before: number, shown: number, total: number, lit: number): number {
  const last = Math.max(0, total - shown);
  const at = Math.min(Math.max(0, before), last);
  if (lit < at) return Math.max(0, lit);
  return lit >= at + shown ? Math.min(last, lit - shown + 1) : at;
}

/** The word to be lit so that the window begins at `first`, moved as `windowFrom` moves it. */
export function windowPin(rows: Pick<ScreenRows, 'first' | 'last' | 'total'>, first: number): number {
  const shown = rows.last - rows.first;
  const at = Math.min(Math.max(0, Math.round(first)), rows.total - shown);
  return at <= rows.first ? at : at + shown - 1;
}

/** Rows in `room` units from `top` down; fewer than fill it stand in its middle. */
export function screenRows(top: number, room: number, total: number, first: number): ScreenRows {
  const shown = shownIn(room, total);
  const pitch = Math.min(rowPitch.most, Math.max(rowPitch.least, room / Math.max(1, shown)));
  const used = shown * pitch;
  const begin = Math.min(Math.max(0, first), Math.max(0, total - shown));
  return {
    first: begin,
    last: begin + shown,
    total,
    pitch,
    top: top + Math.max(0, room - used) / 2,
    floor: Math.min(18, pitch * 0.36),
    size: Math.min(18, Math.max(14, pitch * 0.45)),
  };
}

/** Centre of the row of word `index`. */
export function centreOf(rows: ScreenRows, index: number): number {
  return rows.top + (index - rows.first + 0.5) * rows.pitch;
}

/** Keys that the card has columns for in a text of more words than rows. */
export const keysShown = 10;

/**
 * The columns of the card, in the order of the text: every key, or, of a text that has more words than rows, the `most`
 * that the lit word looks at most; `weights` are its shares of keys 0 to `lit`.
 */
export function keysOf(
  weights: ArrayLike<number> | undefined,
  lit: number,
  total: number,
  windowed: boolean,
  most = keysShown,
): number[] {
  const all = Array.from({ length: windowed ? Math.min(total, lit + 1) : total }, (_, key) => key);
  if (!windowed || all.length <= most || !weights) return windowed ? all.slice(-most) : all;
  return all
    .sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || b - a)
    .slice(0, most)
    .sort((a, b) => a - b);
}
