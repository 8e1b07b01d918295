/** Scales, bins and paths of the small charts. */
import { bin, extent, max, ticks } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';

export interface Frame {
  width: number;
  height: number;
  margin: { top: number; right: number; bottom: number; left: number };
}

/** How many values lie in [from, to); the last bin has its upper end with it. */
export interface Bin {
  from: number;
  to: number;
  count: number;
}

export interface HistogramBar extends Bin {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface HistogramLayout {
  bars: HistogramBar[];
  ticks: { x: number; value: number }[];
  /** x of a value. */
  at: (value: number) => number;
}

/** Counts of finite values in `count` bins over [low, high] (the values' own range if left out). */
export function binned(values: ArrayLike<number>, count = 32, range?: [number, number]): Bin[] {
  const finite = Array.from(values).filter(Number.isFinite);
  const [low = 0, high = 1] = range ?? (extent(finite) as [number, number]);
  const domain: [number, number] = low < high ? [low, high] : [low - 1, low + 1];
  const edges = Array.from(
    { length: count - 1 },
    (_, i) => domain[0] + ((i + 1) * (domain[1] - domain[0])) / count,
  );
  return bin<number, number>()
    .domain(domain)
    .thresholds(edges)(finite)
    .map((within) => ({
      from: within.x0 ?? domain[0],
      to: within.x1 ?? domain[1],
      count: within.length,
    }));
}

/** The same as bars. */
export function histogram(
  values: ArrayLike<number>,
  frame: Frame,
  bins = 32,
  range?: [number, number],
): HistogramLayout {
  const counted = binned(values, bins, range);
  const domain: [number, number] = [counted[0]!.from, counted.at(-1)!.to];
  const x = scaleLinear(domain, [frame.margin.left, frame.width - frame.margin.right]);
  const top = max(counted, ({ count }) => count) ?? 1;
  const y = scaleLinear([0, Math.max(1, top)], [frame.height - frame.margin.bottom, frame.margin.top]);
  const bars = counted.map((one) => ({
    ...one,
    x: x(one.from),
    y: y(one.count),
    width: Math.max(0.5, x(one.to) - x(one.from) - 0.75),
    height: y(0) - y(one.count),
  }));
  return {
    bars,
    ticks: ticks(domain[0], domain[1], 5).map((value) => ({ x: x(value), value })),
    at: (value) => x(value),
  };
}

export interface CurveLayout {
  path: string;
  x: (value: number) => number;
  y: (value: number) => number;
  xTicks: number[];
  yTicks: number[];
}

/** A function drawn over [low, high] in `steps` steps; y covers what it takes there, and `floor` at least. */
export function curve(
  of: (x: number) => number,
  frame: Frame,
  range: [number, number],
  floor: [number, number] = [0, 0],
  steps = 160,
): CurveLayout {
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const at = range[0] + ((range[1] - range[0]) * i) / steps;
    return [at, of(at)] as [number, number];
  });
  const lowest = Math.min(floor[0], ...points.map((point) => point[1]));
  const highest = Math.max(floor[1], ...points.map((point) => point[1]));
  const x = scaleLinear(range, [frame.margin.left, frame.width - frame.margin.right]);
  const y = scaleLinear([lowest, highest], [frame.height - frame.margin.bottom, frame.margin.top]);
  const draw = line<[number, number]>(
    (point) => Math.round(x(point[0]) * 100) / 100,
    (point) => Math.round(y(point[1]) * 100) / 100,
  );
  return {
    path: draw(points) ?? '',
    x: (value) => x(value),
    y: (value) => y(value),
    xTicks: ticks(range[0], range[1], 6),
    yTicks: ticks(lowest, highest, 4),
  };
}
