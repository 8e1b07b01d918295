/** Scales, bins and paths of the small charts. */
import { bin, extent, max, ticks } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';

export interface Frame {
  width: number;
  height: number;
  margin: { top: number; right: number; bottom: number; left: number };
}

export interface HistogramBar {
  x: number;
  y: number;
  width: number;
  height: number;
  from: number;
  to: number;
  count: number;
}

export interface HistogramLayout {
  bars: HistogramBar[];
  ticks: { x: number; value: number }[];
  /** x of a value. */
  at: (value: number) => number;
}

/** Counts of finite values in about `bins` bins over [low, high] (the values' own range if left out). */
export function histogram(
  values: ArrayLike<number>,
  frame: Frame,
  bins = 32,
  range?: [number, number],
): HistogramLayout {
  const finite = Array.from(values).filter(Number.isFinite);
  const [low = 0, high = 1] = range ?? (extent(finite) as [number, number]);
  const domain: [number, number] = low < high ? [low, high] : [low - 1, low + 1];
  const x = scaleLinear(domain, [frame.margin.left, frame.width - frame.margin.right]);
  const edges = Array.from(
    { length: bins - 1 },
    (_, i) => domain[0] + ((i + 1) * (domain[1] - domain[0])) / bins,
  );
  const counted = bin<number, number>().domain(domain).thresholds(edges)(finite);
  const top = max(counted, (values) => values.length) ?? 1;
  const y = scaleLinear([0, Math.max(1, top)], [frame.height - frame.margin.bottom, frame.margin.top]);
  const bars = counted.map((values) => {
    const left = x(values.x0 ?? domain[0]);
    return {
      x: left,
      y: y(values.length),
      width: Math.max(0.5, x(values.x1 ?? domain[1]) - left - 0.75),
      height: y(0) - y(values.length),
      from: values.x0 ?? domain[0],
      to: values.x1 ?? domain[1],
      count: values.length,
    };
  });
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
