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

/** A thin line that goes level, turns, and goes on: the points are its corners, rounded by `radius`. */
export function track(points: [number, number][], radius = 6): string {
  if (points.length < 2) return '';
  let path = `M${round(points[0][0])} ${round(points[0][1])}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [before, corner, after] = [points[i - 1], points[i], points[i + 1]];
    const r = Math.min(radius, length(before, corner) / 2, length(corner, after) / 2);
    const [ax, ay] = toward(corner, before, r);
    const [bx, by] = toward(corner, after, r);
    path += `L${round(ax)} ${round(ay)}Q${round(corner[0])} ${round(corner[1])} ${round(bx)} ${round(by)}`;
  }
  const [x, y] = points[points.length - 1];
  return `${path}L${round(x)} ${round(y)}`;
}

/** `count` ribbons side by side at one end, gathered into one at the other. */
export function gathered(x: number, top: number, height: number, count: number, to: End): string[] {
  const share = height / count;
  return Array.from({ length: count }, (_, i) =>
    ribbon(
      { x, y: top + (i + 0.5) * share, width: Math.max(0.5, share * 0.72) },
      { x: to.x, y: to.y - to.width / 2 + ((i + 0.5) * to.width) / count, width: to.width / count },
    ),
  );
}

function length(a: [number, number], b: [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function toward(from: [number, number], to: [number, number], by: number): [number, number] {
  const full = length(from, to) || 1;
  return [from[0] + ((to[0] - from[0]) * by) / full, from[1] + ((to[1] - from[1]) * by) / full];
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
