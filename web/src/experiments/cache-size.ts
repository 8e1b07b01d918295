/** What keys and values take, by the sizes of a model; and a curve's formula beside what was measured. Pure. */

export interface CacheShape {
  layers: number;
  heads: number;
  headSize: number;
  /** Heads that keys and values have of their own: all, one a group, or one. */
  kvHeads: number;
  /** Bytes a number: 4 F32, 2 F16, 1 int8. */
  bytes: number;
  /** Keys in sight; 0: all. */
  window: number;
  /** Queries kept as well, which no later token asks for. */
  queries: boolean;
}

/** Bytes of one token. */
export function bytesPerToken({ layers, heads, headSize, kvHeads, bytes, queries }: CacheShape): number {
  return layers * headSize * bytes * (2 * kvHeads + (queries ? heads : 0));
}

/** Bytes of a text of `tokens`: a window keeps no more than it sees. */
export function cacheBytes(shape: CacheShape, tokens: number): number {
  return bytesPerToken(shape) * (shape.window > 0 ? Math.min(tokens, shape.window) : tokens);
}

/** Published sizes. */
export const published: readonly {
  name: string;
  layers: number;
  heads: number;
  headSize: number;
  kvHeads: number;
  context: number;
}[] = [
  { name: 'GPT-2 small', layers: 12, heads: 12, headSize: 64, kvHeads: 12, context: 1024 },
  { name: 'GPT-2 medium', layers: 24, heads: 16, headSize: 64, kvHeads: 16, context: 1024 },
  { name: 'GPT-2 large', layers: 36, heads: 20, headSize: 64, kvHeads: 20, context: 1024 },
  { name: 'GPT-2 XL', layers: 48, heads: 25, headSize: 64, kvHeads: 25, context: 1024 },
  { name: 'Llama 3 8B', layers: 32, heads: 32, headSize: 128, kvHeads: 8, context: 8192 },
];

/** Heads of their own that a kind of attention gives keys and values; groups that do not divide the heads become the next that do. */
export function kvHeadsOf(kind: 'mha' | 'gqa' | 'mqa', heads: number, groups: number): number {
  if (kind === 'mha') return heads;
  if (kind === 'mqa') return 1;
  let count = Math.max(1, Math.min(heads, Math.round(groups)));
  while (heads % count !== 0) count += 1;
  return count;
}

/** Numbers of 32 bits that this page keeps a token, since everything can be opened: streams, queries, keys and values. */
export const pageFloats = (layers: number, width: number): number =>
  (layers + 1) * width + 3 * layers * width;

/** Lengths at which a step is measured: doubled from 8, and the context. */
export function lengthsUpTo(context: number): number[] {
  const lengths: number[] = [];
  for (let length = 8; length < context; length *= 2) lengths.push(length);
  return [...lengths, context];
}

export interface Totals {
  products: number;
  milliseconds: number;
}

export function totalsOf(sides: readonly (Totals | null)[]): Totals {
  return sides.reduce<Totals>(
    (sum, side) => ({
      products: sum.products + (side?.products ?? 0),
      milliseconds: sum.milliseconds + (side?.milliseconds ?? 0),
    }),
    { products: 0, milliseconds: 0 },
  );
}

/** 345 times, 8.2 times: as exact as it deserves. */
export const times = (ratio: number): string =>
  !Number.isFinite(ratio) ? '-' : ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1);

/** 133 M, 45.9 G, 12 k. */
export function products(count: number): string {
  for (const [size, letter] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (count >= size) return `${Number((count / size).toPrecision(3))} ${letter}`;
  }
  return `${Math.round(count)}`;
}
