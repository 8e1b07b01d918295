/** Surprise of a text, from the probabilities its tokens were given. */
import type { Surprise } from '../../protocol/protocol';

/** -log2 p. */
export function bits(probability: number): number {
  return -Math.log2(probability);
}

/** Mean bits a token over the positions where a token came, and 2 to that power. */
export function perplexity(positions: readonly Surprise[]): {
  count: number;
  bits: number;
  perplexity: number;
} {
  let total = 0;
  let count = 0;
  for (const { actual } of positions) {
    if (!actual) continue;
    total += bits(actual.raw);
    ++count;
  }
  const mean = count > 0 ? total / count : 0;
  return { count, bits: mean, perplexity: 2 ** mean };
}
