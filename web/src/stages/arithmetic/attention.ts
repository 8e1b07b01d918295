/** One head's attention, from its q, k, v and pattern. T tokens, D head size. */
import { rowNorms } from './dot';

/** One head before its softmax: [T, T] scores with -inf where masked, q and k [T, D]. */
export interface Scored {
  scores: Float32Array;
  q: Float32Array;
  k: Float32Array;
  tokens: number;
  size: number;
}

/** q·k / sqrt(D) is what the engine keeps: times sqrt(D) where it is allowed, -inf where the mask struck it out. */
export function allowedProducts({ scores, size }: Pick<Scored, 'scores' | 'size'>): Float32Array {
  const scale = Math.sqrt(size);
  const out = new Float32Array(scores.length);
  for (let i = 0; i < out.length; ++i) out[i] = scores[i]! * scale;
  return out;
}

/**
 * q·k of every pair, the future included: where the mask struck a score out, the products of the engine's own q and k
 * are added up here, T * T * D / 2 of them in all. Pauses after each `pause` of them.
 */
export function* allProducts(
  { scores, q, k, tokens, size }: Scored,
  pause = Infinity,
): Generator<void, Float32Array> {
  const all = allowedProducts({ scores, size });
  let done = 0;
  for (let query = 0; query < tokens; ++query) {
    for (let key = 0; key < tokens; ++key) {
      if (all[query * tokens + key] !== -Infinity) continue;
      all[query * tokens + key] = dotOfPair(q, k, size, query, key);
      done += size;
    }
    if (done < pause) continue;
    done = 0;
    yield;
  }
  return all;
}

/** By itself: a browser makes a small loop fast soonest. */
function dotOfPair(q: Float32Array, k: Float32Array, size: number, query: number, key: number): number {
  const shift = (key - query) * size;
  let total = 0;
  for (let i = query * size; i < (query + 1) * size; ++i) total += q[i]! * k[i + shift]!;
  return total;
}

export interface SoftmaxTerm {
  key: number;
  score: number;
  /** exp(score - largest score of the row). */
  exponential: number;
  /** exponential / sum of the row's exponentials. */
  share: number;
}

export interface SoftmaxRow {
  /** Allowed keys only. */
  terms: SoftmaxTerm[];
  largest: number;
  /** Sum of the exponentials. */
  total: number;
  /** Sum of the shares: 1 but for rounding. */
  shares: number;
}

/** Softmax of one row of scaled scores; -inf is masked and left out. */
export function softmaxRow(scores: ArrayLike<number>): SoftmaxRow {
  let largest = -Infinity;
  for (let key = 0; key < scores.length; ++key) largest = Math.max(largest, scores[key]!);
  const terms: SoftmaxTerm[] = [];
  let total = 0;
  for (let key = 0; key < scores.length; ++key) {
    const score = scores[key]!;
    if (score === -Infinity) continue;
    const exponential = Math.exp(score - largest);
    total += exponential;
    terms.push({ key, score, exponential, share: 0 });
  }
  let shares = 0;
  for (const term of terms) shares += term.share = term.exponential / total;
  return { terms, largest, total, shares };
}

/** The terms w_key * v[key][d] of z[query][d] over the keys that the query sees. */
export function valueTerms(
  pattern: Float32Array,
  v: Float32Array,
  at: { tokens: number; size: number; query: number; dimension: number },
): Float64Array {
  const { tokens, size, query, dimension } = at;
  const keys = Math.min(query + 1, tokens);
  return Float64Array.from(
    { length: keys },
    (_, key) => pattern[query * tokens + key]! * v[key * size + dimension]!,
  );
}

/**
 * The pattern as shares of weight * |v|: how much of what is carried comes from each key. A key whose value has no
 * length carries nothing, whatever its weight; this is why many heads may rest on the first token.
 */
export function valueWeighted(
  pattern: Float32Array,
  v: Float32Array,
  tokens: number,
  size: number,
): Float32Array {
  const lengths = rowNorms(v, size);
  return reweigh(pattern, tokens, (_, key) => lengths[key]!);
}

/** The pattern with one key set aside; what is left of each row is scaled to 1, rows with nothing left are 0. */
export function withoutKey(pattern: Float32Array, tokens: number, aside: number): Float32Array {
  return reweigh(pattern, tokens, (_, key) => (key === aside ? 0 : 1));
}

function reweigh(
  pattern: Float32Array,
  tokens: number,
  factor: (query: number, key: number) => number,
): Float32Array {
  const out = new Float32Array(tokens * tokens);
  for (let query = 0; query < tokens; ++query) {
    let total = 0;
    for (let key = 0; key <= query; ++key) {
      total += out[query * tokens + key] = pattern[query * tokens + key]! * factor(query, key);
    }
    if (total > 0) for (let key = 0; key <= query; ++key) out[query * tokens + key]! /= total;
  }
  return out;
}

/** Mean share of the first token over all later queries: how far a head rests on it. */
export function sinkShare(pattern: Float32Array, tokens: number): number {
  if (tokens < 2) return 1;
  let total = 0;
  for (let query = 1; query < tokens; ++query) total += pattern[query * tokens]!;
  return total / (tokens - 1);
}

/** What some keys hand over to a query, weight x value [D] each, and what all the others do together. */
export function weightedValues(
  pattern: ArrayLike<number>,
  v: Float32Array,
  { tokens, size, query, keys }: { tokens: number; size: number; query: number; keys: readonly number[] },
): { rows: Float32Array[]; rest: Float32Array } {
  const rest = new Float64Array(size);
  const rows = keys.map(() => new Float32Array(size));
  for (let key = 0; key <= query; ++key) {
    const weight = pattern[query * tokens + key]!;
    const row = rows[keys.indexOf(key)];
    for (let d = 0; d < size; ++d) {
      const part = weight * v[key * size + d]!;
      if (row) row[d] = part;
      else rest[d]! += part;
    }
  }
  return { rows, rest: Float32Array.from(rest) };
}
