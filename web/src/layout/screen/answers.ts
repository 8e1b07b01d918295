/** How the first screen measures the answer's bars, and the ribbons that lead to them. */

/** Ends that the answer's scale can have, shares. */
export const scaleEnds = [0.1, 0.25, 0.5, 1] as const;

/** The least end that holds the largest bar. */
export function scaleEnd(largest: number): number {
  return scaleEnds.find((end) => largest <= end) ?? 1;
}

/** The scale's end for an answer: with a new text the least that holds it; under the sliders it may grow, never shrink. */
export function heldEnd(before: number | null, largest: number): number {
  const least = scaleEnd(largest);
  return before === null ? least : Math.max(before, least);
}

/** Chance of the word after the cuts, or what there is to see of it before: bars draw the larger. */
export interface Bars {
  scaled: number;
  probability: number;
}

export function largestBar(candidates: readonly Bars[]): number {
  return candidates.reduce((most, { scaled, probability }) => Math.max(most, scaled, probability), 0);
}

export interface AnswerRibbon {
  /** Middle at its start, from the start's own middle. */
  from: number;
  width: number;
}

/** Ribbons as wide as `whole` units for a share of 1, one beside the other at their common start. */
export function answerRibbons(shares: readonly number[], whole = 16, least = 0.7): AnswerRibbon[] {
  const widths = shares.map((share) => Math.max(least, share * whole));
  let at = -widths.reduce((sum, width) => sum + width, 0) / 2;
  return widths.map((width) => {
    const ribbon = { from: at + width / 2, width };
    at += width;
    return ribbon;
  });
}
