/** Seeded values for tests, roughly normal: the same on every machine. */
export function values(size: number, seed: number): Float32Array {
  let state = seed >>> 0 || 1;
  const next = () => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return Float32Array.from({ length: size }, () => next() + next() + next() + next() - 2);
}

/** Sums of float32 numbers taken in another order or precision differ by rounding: a few units in the last place. */
export const rounding = 1e-5;

/** What work that pauses comes to. */
export function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
