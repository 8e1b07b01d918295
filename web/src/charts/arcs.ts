/** Arcs from a query's row to the keys it looks at, drawn beside the token rail. */

export interface Arc {
  key: number;
  weight: number;
  /** SVG path. */
  path: string;
  /** Stroke width, px: proportional to the weight, at least a hairline. */
  thickness: number;
}

export interface ArcOptions {
  /** Width of the drawing, px; arcs bulge into it. */
  width: number;
  /** Weights below this are left out. */
  minimum?: number;
  /** At most so many, the largest. */
  limit?: number;
  /** Which side of the drawing the tokens are on. */
  side?: 'left' | 'right';
  thickest?: number;
}

/** `weights` [T] of one query; `positions[token]` is the y of its row. Heaviest last, so that it lies on top. */
export function arcs(
  weights: ArrayLike<number>,
  positions: ArrayLike<number>,
  query: number,
  { width, minimum = 0.02, limit = 24, side = 'right', thickest = 6 }: ArcOptions,
): Arc[] {
  const from = positions[query];
  if (from === undefined) return [];
  const foot = side === 'right' ? width : 0;
  const lean = side === 'right' ? -1 : 1;
  const chosen: { key: number; weight: number }[] = [];
  for (let key = 0; key <= query && key < positions.length; ++key) {
    const weight = weights[key]!;
    if (weight >= minimum) chosen.push({ key, weight });
  }
  chosen.sort((a, b) => b.weight - a.weight || a.key - b.key);
  return chosen
    .slice(0, limit)
    .reverse()
    .map(({ key, weight }) => {
      const to = positions[key]!;
      const reach =
        key === query ? width * 0.32 : width * Math.min(1, 0.35 + Math.abs(to - from) / 420) * 1.25;
      // A look at itself would be a line of length 0: it becomes a small loop.
      const spread = key === query ? 7 : 0;
      const bulge = foot + lean * Math.min(reach, width * 1.3);
      const path = `M${foot} ${round(from + spread)}C${round(bulge)} ${round(from + spread)} ${round(bulge)} ${round(to - spread)} ${foot} ${round(to - spread)}`;
      return { key, weight, path, thickness: Math.max(0.75, weight * thickest) };
    });
}

const round = (value: number) => Math.round(value * 10) / 10;
