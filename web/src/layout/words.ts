/** Widths of letters as shares of the size: the page's face, rounded up. */
const widths: [RegExp, number][] = [
  [/[ijl.,:;'!|()·\s]/, 0.3],
  [/[frt]/, 0.4],
  [/[\d+]/, 0.66],
  [/[mwMWQ%@→]/, 0.9],
  [/[A-Z_]/, 0.7],
  [/[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uff60]/, 0.93],
];
const usual = 0.6;

/** How wide a line of text is at most, CSS px, by its letters alone: it is chosen before it can be measured. */
export function lineWidth(text: string, size = 11.5): number {
  const share = (letter: string) => widths.find(([letters]) => letters.test(letter))?.[1] ?? usual;
  return size * Array.from(text).reduce((sum, letter) => sum + share(letter), 0);
}

/** The first of `texts`, longest first, that fits into `room` px; '' where none does: better unsaid than cut. */
export function fitting(texts: readonly string[], room: number, size = 11.5): string {
  return texts.find((text) => lineWidth(text, size) <= room) ?? '';
}

/** As many from the front of `items` as fit into `room` px side by side: none is shown in part. */
export function leading<T>(items: readonly T[], widthOf: (item: T) => number, room: number): T[] {
  let taken = 0;
  const end = items.findIndex((item) => (taken += widthOf(item)) > room);
  return items.slice(0, end < 0 ? items.length : end);
}
