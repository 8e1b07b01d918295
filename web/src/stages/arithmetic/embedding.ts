/** Comparing token vectors, and the waves of the position table. T tokens, P positions, C channels. */
import { rowNorms, rowOf } from './dot';

/** Products or values between two pauses: well below a millisecond, and a few where the code is new to the browser. */
const piece = 1 << 18;

/** Cosine of every two rows of [T, C]: [T, T]. T * T * C / 2 products; pauses now and then. */
export function* cosines(data: Float32Array, channels: number): Generator<void, Float32Array> {
  const tokens = Math.floor(data.length / channels);
  const lengths = rowNorms(data, channels);
  const out = new Float32Array(tokens * tokens);
  let done = 0;
  for (let a = 0; a < tokens; ++a) {
    for (let b = 0; b <= a; ++b) {
      const both = lengths[a]! * lengths[b]!;
      const value = both > 0 ? dotOfRows(data, channels, a, b) / both : 0;
      out[a * tokens + b] = out[b * tokens + a] = value;
    }
    done += a * channels;
    if (done < piece) continue;
    done = 0;
    yield;
  }
  return out;
}

/** By itself, and keeping none of the products: a browser makes a small loop fast soonest. */
function dotOfRows(data: Float32Array, channels: number, a: number, b: number): number {
  const shift = (b - a) * channels;
  let total = 0;
  for (let i = a * channels; i < (a + 1) * channels; ++i) total += data[i]! * data[i + shift]!;
  return total;
}

/** How often a wave [P] crosses its own mean. */
export function crossings(wave: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < wave.length; ++i) total += wave[i]!;
  const mean = total / wave.length;
  let count = 0;
  for (let i = 1; i < wave.length; ++i) if (wave[i - 1]! < mean !== wave[i]! < mean) ++count;
  return count;
}

export interface Waves {
  /** [C, P] */
  values: Float32Array;
  /** `order[i]` is the dimension shown in row i. */
  order: number[];
}

/** Columns of [P, C] as rows, in order of how often they cross their mean. Pauses now and then. */
export function* slowestFirst(table: Float32Array, channels: number): Generator<void, Waves> {
  const positions = Math.floor(table.length / channels);
  const atOnce = Math.ceil(piece / Math.max(1, positions));
  const counts = new Uint32Array(channels);
  const wave = new Float32Array(positions);
  for (let c = 0; c < channels; ++c) {
    if (c % atOnce === 0) yield;
    copyColumn(table, channels, c, wave);
    counts[c] = crossings(wave);
  }
  const order = Array.from(counts, (_, c) => c).sort((a, b) => counts[a]! - counts[b]! || a - b);
  const values = new Float32Array(table.length);
  for (let row = 0; row < channels; ++row) {
    if (row % atOnce === 0) yield;
    copyColumn(table, channels, order[row]!, rowOf(values, positions, row));
  }
  return { values, order };
}

function copyColumn(table: Float32Array, columns: number, column: number, out: Float32Array): void {
  for (let row = 0; row < out.length; ++row) out[row] = table[row * columns + column]!;
}
