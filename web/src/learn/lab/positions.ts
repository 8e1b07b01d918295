/** Two ways of telling a place that GPT-2 does not use. Pure arithmetic. */

/** Sines and cosines of 2017: numbers 2i and 2i + 1 of a place are sin and cos of place / 10000^(2i / size). */
export function wave(place: number, size: number): Float64Array {
  const out = new Float64Array(size);
  for (let i = 0; i < size; i += 2) {
    const angle = place / 10000 ** (i / size);
    out[i] = Math.sin(angle);
    if (i + 1 < size) out[i + 1] = Math.cos(angle);
  }
  return out;
}

/** RoPE: each pair of numbers turned by place * 10000^(-2i / size). */
export function turned(vector: ArrayLike<number>, place: number): Float64Array {
  const size = vector.length;
  const out = new Float64Array(size);
  for (let i = 0; i + 1 < size; i += 2) {
    const angle = place / 10000 ** (i / size);
    const [a, b] = [vector[i]!, vector[i + 1]!];
    out[i] = a * Math.cos(angle) - b * Math.sin(angle);
    out[i + 1] = a * Math.sin(angle) + b * Math.cos(angle);
  }
  return out;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += a[i]! * b[i]!;
  return total;
}
