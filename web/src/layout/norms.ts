/** Euclidean length of each row of a [rows, columns] matrix, summed in float64. */
export function rowNorms(data: Float32Array, columns: number): number[] {
  const norms: number[] = [];
  for (let at = 0; at + columns <= data.length; at += columns) {
    let sum = 0;
    for (let i = at; i < at + columns; i += 1) sum += data[i] * data[i];
    norms.push(Math.sqrt(sum));
  }
  return norms;
}

export function longest(norms: number[]): number {
  return norms.reduce((most, norm) => Math.max(most, norm), 0);
}

/** Faintest a ribbon gets: it must still be seen that it is there. */
const faintest = 0.35;

/**
 * A ribbon's shade, 0..1, by the length of its vector. By its square root, because the first token's is tens of times as long as the
 * others'.
 */
export function shade(norm: number, longest: number): number {
  return longest > 0 ? faintest + (1 - faintest) * Math.sqrt(Math.min(1, norm / longest)) : faintest;
}
