/** Where the names stand of the two lines that cut a distribution: k's, upright, and p's, level. They never cross. */
import { fitting, lineWidth } from './words';

/** The part of a chart inside its axes, CSS px. */
export interface Plot {
  left: number;
  right: number;
  top: number;
}

export interface CutLabel {
  text: string;
  /** Left end and base line, CSS px. */
  x: number;
  y: number;
}

interface Cuts {
  /** k's line, at `x`. */
  k: { x: number; text: string } | null;
  /** p's line, at the height `y`, and what may stand on it, longest first. */
  p: { y: number; texts: readonly string[] } | null;
}

/** Size of the letters, and how far they reach above their base line and below. */
export const cutLetters = { size: 11, above: 10, below: 3 };

/** Between a line and a name beside it. */
const gap = 6;

/**
 * k's name stands over the chart, as near to its line as the chart is wide. p's stands on its line, or under it where
 * there is no room above, to the left of k's line or else to the right: as long a name as there is room for.
 */
export function cutLabels(
  { left, right, top }: Plot,
  width: number,
  { k, p }: Cuts,
): { k?: CutLabel; p?: CutLabel } {
  const { size, above, below } = cutLetters;
  const labels: { k?: CutLabel; p?: CutLabel } = {};
  if (k) {
    const room = lineWidth(k.text, size);
    const x = Math.max(0, Math.min(k.x - room / 2, width - room));
    labels.k = { text: k.text, x, y: top - below };
  }
  if (!p) return labels;
  const sides = k ? [left, k.x, right] : [left, right];
  const places = p.texts.flatMap((text) =>
    sides.slice(1).flatMap((end, i) => {
      const begin = sides[i]! + gap;
      return fitting([text], end - gap - begin, size) ? [{ text, x: begin }] : [];
    }),
  );
  const [place] = places;
  const on = p.y - below - 1;
  if (place) labels.p = { ...place, y: on - above >= top ? on : p.y + above + 2 };
  return labels;
}
