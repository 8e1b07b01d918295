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
