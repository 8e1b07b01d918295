/** Attention in other orders of work, in float64, over one query's row: what is computed is named, not what a model would say. */

const dot = (a: ArrayLike<number>, b: ArrayLike<number>, from: number, size: number): number => {
  let total = 0;
  for (let i = 0; i < size; i += 1) total += a[i]! * b[from + i]!;
  return total;
};

/** softmax(q·k / √D)·v of `count` keys and values [count, D], all scores at once. */
export function plainly(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  count: number,
): number[] {
  const size = q.length;
  const scores = Array.from({ length: count }, (_, j) => dot(q, k, j * size, size) / Math.sqrt(size));
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const all = powers.reduce((total, power) => total + power, 0);
  return Array.from({ length: size }, (_, i) =>
    powers.reduce((total, power, j) => total + (power / all) * v[j * size + i]!, 0),
  );
}

/** The same from tiles of `tile` keys: a running maximum, sum and output; never more than a tile of scores at a time. */
export function inTiles(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  count: number,
  tile: number,
): number[] {
  const size = q.length;
  let top = -Infinity;
  let all = 0;
  const out = new Array<number>(size).fill(0);
  for (let begin = 0; begin < count; begin += tile) {
    const end = Math.min(count, begin + tile);
    const scores: number[] = [];
    for (let j = begin; j < end; j += 1) scores.push(dot(q, k, j * size, size) / Math.sqrt(size));
    const next = Math.max(top, ...scores);
    const shrink = Math.exp(top - next);
    all *= shrink;
    for (let i = 0; i < size; i += 1) out[i]! *= shrink;
    scores.forEach((score, at) => {
      const power = Math.exp(score - next);
      all += power;
      for (let i = 0; i < size; i += 1) out[i]! += power * v[(begin + at) * size + i]!;
    });
    top = next;
  }
  return out.map((value) => value / all);
}

const lifted = (value: number): number => (value > 0 ? value + 1 : Math.exp(value));

/** Linear attention's shares of a query: phi(q)·phi(k_j) by their sum, phi(x) = elu(x) + 1. */
export function linearShares(q: ArrayLike<number>, k: ArrayLike<number>, count: number): number[] {
  const size = q.length;
  const query = Array.from(q, lifted);
  const products = Array.from({ length: count }, (_, j) => {
    let total = 0;
    for (let i = 0; i < size; i += 1) total += query[i]! * lifted(k[j * size + i]!);
    return total;
  });
  const all = products.reduce((total, product) => total + product, 0);
  return products.map((product) => product / all);
}
