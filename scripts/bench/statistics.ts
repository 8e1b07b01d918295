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

/** What every engine runs before it is measured: browsers compile twice, the second time for speed, in the background. */
export const warmUps = (quick: boolean): Repeat =>
  quick ? { least: 2, most: 2, milliseconds: 0 } : { least: 6, most: 30, milliseconds: 1500 };

/** The lengths of the prompts that engines warm up with, tokens, one after the other. */
export const warmUpTokens = (index: number): number => (index % 2 === 0 ? 8 : 32);

/** How often each figure of every engine is measured. */
export const repeats = (quick: boolean): Repeat =>
  quick ? { least: 2, most: 3, milliseconds: 200 } : { least: 3, most: 25, milliseconds: 2000 };

/** The same for one more token, which takes so little time that it varies more. */
export const tokenRepeats = (quick: boolean): Repeat => ({
  ...repeats(quick),
  least: 2 * repeats(quick).least,
});

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
