/** The arithmetic of one attention weight, from the engine's own vectors. */

/** What one dimension adds to q.(k - mean k), and the two numbers whose product it is. */
export interface Term {
  dimension: number;
  query: number;
  /** Of the key, less the mean of all keys. */
  key: number;
  value: number;
}

/**
 * The D products of a query with one of its keys, less the mean of the first `count` keys, the largest first; and their
 * sum in float64. A softmax cannot tell these sums from q.k: they differ by the same number for every key. `keys` is
 * [at least count, D].
 */
export function againstMean(
  query: Float32Array,
  keys: Float32Array,
  count: number,
  key: number,
): { each: Term[]; sum: number } {
  const width = query.length;
  const each = Array.from(query, (q, dimension) => {
    let mean = 0;
    for (let row = 0; row < count; row += 1) mean += keys[row * width + dimension]!;
    const k = keys[key * width + dimension]! - mean / count;
    return { dimension, query: q, key: k, value: q * k };
  });
  const sum = each.reduce((all, { value }) => all + value, 0);
  return { each: each.sort((a, b) => b.value - a.value), sum };
}

/**
 * exp of one of a query's first `count` scores and the sum of all, each score less their mean: what `againstMean` comes
 * to after the scaling.
 */
export function centredShare(
  scores: ArrayLike<number>,
  count: number,
  key: number,
): { each: number; sum: number } {
  const allowed = Array.from({ length: Math.min(count, scores.length) }, (_, i) => scores[i]!);
  const mean = allowed.reduce((all, score) => all + score, 0) / Math.max(1, allowed.length);
  const sum = allowed.reduce((all, score) => all + Math.exp(score - mean), 0);
  return { each: Math.exp((scores[key] ?? -Infinity) - mean), sum };
}
