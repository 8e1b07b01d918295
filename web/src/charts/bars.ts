/** Terms of a sum, largest in size first, the small ones gathered in one rest: nothing is dropped. */

export interface Term {
  /** Place in the vector: a dimension, a neuron, a token. */
  index: number;
  value: number;
}

export interface Terms {
  shown: Term[];
  /** How many were gathered, and their sum. */
  rest: { count: number; value: number };
  /** Sum of all, in double precision. */
  total: number;
}

export function largestFirst(values: ArrayLike<number>, limit: number): Terms {
  const order = Array.from({ length: values.length }, (_, index) => index);
  order.sort((a, b) => Math.abs(values[b]!) - Math.abs(values[a]!) || a - b);
  const shown = order.slice(0, limit).map((index) => ({ index, value: values[index]! }));
  let rest = 0;
  for (const index of order.slice(limit)) rest += values[index]!;
  let total = rest;
  for (const term of shown) total += term.value;
  return { shown, rest: { count: Math.max(0, values.length - limit), value: rest }, total };
}

export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

const short = (value: number) => Math.round(value * 100) / 100;

/** Bars as one shape. */
export function barsPath(bars: readonly Bar[]): string {
  return bars
    .map(
      ({ x, y, width, height }) =>
        `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`,
    )
    .join('');
}

/** Bars on a zero line; the tallest of both signs fill the height together. Heights of 0 keep a hair, to be seen. */
export function barLayout(
  values: readonly number[],
  width: number,
  height: number,
): { bars: Bar[]; zero: number } {
  const highest = Math.max(0, ...values);
  const lowest = Math.min(0, ...values);
  const scale = highest - lowest > 0 ? (height - 2) / (highest - lowest) : 0;
  const zero = 1 + highest * scale;
  const pitch = width / Math.max(1, values.length);
  const bar = Math.max(1, Math.min(36, pitch * 0.76));
  const bars = values.map((value, i) => {
    const size = Math.max(1, Math.abs(value) * scale);
    return { x: i * pitch + (pitch - bar) / 2, y: value >= 0 ? zero - size : zero, width: bar, height: size };
  });
  return { bars, zero };
}

/** The largest of the values, or 1 where none is above 0: the end of a scale that begins at 0. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; ++i) if (values[i]! > most) most = values[i]!;
  return most || 1;
}
