/** Comparing token vectors, and the waves of the position table. T tokens, P positions, C channels. */
import { norm, rowOf } from './dot';

/** Cosine of every two rows of [T, C]: [T, T]. */
export function cosines(data: Float32Array, channels: number): Float32Array {
  const tokens = Math.floor(data.length / channels);
  const rows = Array.from({ length: tokens }, (_, row) => rowOf(data, channels, row));
  const lengths = rows.map((row) => norm(row));
  const out = new Float32Array(tokens * tokens);
  for (let a = 0; a < tokens; ++a) {
    const one = rows[a]!;
    for (let b = 0; b <= a; ++b) {
      const other = rows[b]!;
      const both = lengths[a]! * lengths[b]!;
      // T^2 C products: none of them is kept.
      let sum = 0;
      for (let c = 0; c < channels; ++c) sum += one[c]! * other[c]!;
      const value = both > 0 ? sum / both : 0;
      out[a * tokens + b] = out[b * tokens + a] = value;
    }
  }
  return out;
}

/** [P, C] -> [C, P]. */
export function transpose(data: Float32Array, columns: number): Float32Array {
  const rows = Math.floor(data.length / columns);
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; ++row) {
    for (let column = 0; column < columns; ++column) out[column * rows + row] = data[row * columns + column]!;
  }
  return out;
}

/** How often a wave [P] crosses its own mean. */
export function crossings(wave: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < wave.length; ++i) mean += wave[i]! / wave.length;
  let count = 0;
  for (let i = 1; i < wave.length; ++i) if (wave[i - 1]! < mean !== wave[i]! < mean) ++count;
  return count;
}

/** Rows of [C, P] in order of how often they cross their mean; `order[i]` is the dimension shown in row i. */
export function slowestFirst(
  waves: Float32Array,
  positions: number,
): { values: Float32Array; order: number[] } {
  const channels = Math.floor(waves.length / positions);
  const counts = Array.from({ length: channels }, (_, c) => crossings(rowOf(waves, positions, c)));
  const order = Array.from({ length: channels }, (_, c) => c).sort(
    (a, b) => counts[a]! - counts[b]! || a - b,
  );
  const values = new Float32Array(waves.length);
  order.forEach((c, row) => values.set(rowOf(waves, positions, c), row * positions));
  return { values, order };
}
