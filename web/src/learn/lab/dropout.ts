/** Dropout as in training: each number is dropped with probability `p`, and what stays is scaled by 1 / (1 - p). */

/** Even numbers in [0, 1) from a seed: a linear congruential generator, the same on every machine. */
export function evenly(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The mean of the vector's sum over draws 1, 2, ... `draws`, as a share of the sum of what is never negative in it. */
export function means(vector: ArrayLike<number>, p: number, draws: number, seed: number): number[] {
  const next = evenly(seed);
  let whole = 0;
  for (let i = 0; i < vector.length; i += 1) whole += Math.abs(vector[i]!);
  const out: number[] = [];
  let total = 0;
  for (let draw = 1; draw <= draws; draw += 1) {
    for (let i = 0; i < vector.length; i += 1)
      if (next() >= p) total += Math.abs(vector[i]!) / (1 - p) / (whole || 1);
    out.push(total / draw);
  }
  return out;
}
