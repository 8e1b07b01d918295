/** Medians and repetitions: what a benchmark needs of statistics. */

/** The middle value; of an even count the mean of the middle two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

export interface Repeat {
  /** At least so many, */
  least: number;
  /** at most so many, */
  most: number;
  /** and in between until so much time is spent. */
  milliseconds: number;
}

export interface Timing {
  median: number;
  best: number;
  count: number;
}

export const timing = (times: readonly number[]): Timing => ({
  median: median(times),
  best: Math.min(...times),
  count: times.length,
});

/** Milliseconds of each of several `work(index)`; `prepare(index)` before each is not counted. */
export async function repeat(
  { least, most, milliseconds }: Repeat,
  work: (index: number) => unknown,
  prepare: (index: number) => unknown = () => undefined,
): Promise<number[]> {
  const times: number[] = [];
  const begun = performance.now();
  while (times.length < least || (times.length < most && performance.now() - begun < milliseconds)) {
    await prepare(times.length);
    const before = performance.now();
    await work(times.length);
    times.push(performance.now() - before);
  }
  return times;
}
