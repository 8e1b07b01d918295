/** Dot products opened to their terms. Sums are taken in double precision; the engine's are float32 or integers. */

export function products(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const size = Math.min(a.length, b.length);
  const out = new Float64Array(size);
  for (let i = 0; i < size; ++i) out[i] = a[i]! * b[i]!;
  return out;
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; ++i) total += values[i]!;
  return total;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return sum(products(a, b));
}

/** Euclidean length. */
export function norm(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; ++i) squares += values[i]! * values[i]!;
  return Math.sqrt(squares);
}

/** Cosine of the angle between two vectors; 0 when one of them has no length. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const lengths = norm(a) * norm(b);
  return lengths > 0 ? dot(a, b) / lengths : 0;
}

/** Mean of the first `count` rows of [rows, columns]. */
export function meanRow(data: ArrayLike<number>, columns: number, count: number): Float64Array {
  const mean = new Float64Array(columns);
  for (let row = 0; row < count; ++row)
    for (let column = 0; column < columns; ++column) mean[column]! += data[row * columns + column]! / count;
  return mean;
}

/** Row `row` of [rows, columns], without a copy. */
export function rowOf(data: Float32Array, columns: number, row: number): Float32Array {
  return data.subarray(row * columns, (row + 1) * columns);
}

/** Column `column` of [rows, columns]. */
export function columnOf(data: Float32Array, columns: number, column: number): Float32Array {
  const rows = Math.floor(data.length / columns);
  return Float32Array.from({ length: rows }, (_, row) => data[row * columns + column]!);
}

/** Length of each row of [rows, columns]. */
export function rowNorms(data: Float32Array, columns: number): Float64Array {
  const rows = Math.floor(data.length / columns);
  return Float64Array.from({ length: rows }, (_, row) => norm(rowOf(data, columns, row)));
}
