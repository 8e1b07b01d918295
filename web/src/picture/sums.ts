/** The arithmetic of one attention weight, from the engine's own vectors. */

import { number, signed } from '../format/format';

/** The D products of q and k, and their sum in float64. */
export function products(q: Float32Array, k: Float32Array): { each: number[]; sum: number } {
  const each = Array.from(q, (value, i) => value * (k[i] ?? 0));
  return { each, sum: each.reduce((all, value) => all + value, 0) };
}

/** exp(score - largest) of a query's first `count` scores, and their sum; the largest is taken off as the engine does. */
export function exponentials(
  scores: ArrayLike<number>,
  count: number,
): { each: number[]; most: number; sum: number } {
  const allowed = Array.from({ length: Math.min(count, scores.length) }, (_, i) => scores[i]!);
  const most = allowed.reduce((best, score) => Math.max(best, score), -Infinity);
  const each = allowed.map((score) => Math.exp(score - most));
  return { each, most, sum: each.reduce((all, value) => all + value, 0) };
}

/** The first terms of a sum with their signs, and dots where there are more. */
export function writtenSum(terms: readonly number[], most = 4): string {
  const first = terms.slice(0, most).map((value, i) => {
    return i === 0 ? number(value) : signed(value).replace(/^([+-])/, ' $1 ');
  });
  return first.join('') + (terms.length > most ? ' + …' : '');
}
