/** Paths of the ribbons that carry vectors from stage to stage. Coordinates in CSS px, two decimals. */

export interface End {
  x: number;
  /** Middle of the ribbon here. */
  y: number;
  width: number;
}

/** A ribbon between two ends, leaving and arriving level. */
export function ribbon(from: End, to: End): string {
  const middle = round((from.x + to.x) / 2);
  const [a, b] = [round(from.y - from.width / 2), round(to.y - to.width / 2)];
  const [c, d] = [round(to.y + to.width / 2), round(from.y + from.width / 2)];
  const [x, z] = [round(from.x), round(to.x)];
  return `M${x} ${a}C${middle} ${a} ${middle} ${b} ${z} ${b}L${z} ${c}C${middle} ${c} ${middle} ${d} ${x} ${d}Z`;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
