/** What each head writes through W_O. T tokens, C channels, H heads, D head size. */
import { dot, norm, rowOf } from './dot';

/**
 * Head by head z_h W_O of one position: [H, C]. `projection` is [C, H*D] (outputs, inputs), `z` is [H, D].
 * The rows and the bias add up to the attention's output.
 */
export function headContributions(projection: Float32Array, z: Float32Array, heads: number): Float32Array {
  const inputs = z.length;
  const size = inputs / heads;
  const channels = Math.floor(projection.length / inputs);
  const out = new Float32Array(heads * channels);
  for (let head = 0; head < heads; ++head) {
    for (let c = 0; c < channels; ++c) {
      let total = 0;
      const row = c * inputs + head * size;
      for (let d = 0; d < size; ++d) total += z[head * size + d]! * projection[row + d]!;
      out[head * channels + c] = total;
    }
  }
  return out;
}

export interface Along {
  /** Length of the part. */
  length: number;
  /** Length of its shadow on the whole, signed. Over all parts these add up to the whole's length. */
  along: number;
  /** Cosine of the angle to the whole. */
  cosine: number;
}

/** How far each part goes in the direction of the whole they add up to. */
export function alongWhole(parts: readonly ArrayLike<number>[], whole: ArrayLike<number>): Along[] {
  const total = norm(whole);
  return parts.map((part) => {
    const length = norm(part);
    const along = total > 0 ? dot(part, whole) / total : 0;
    return { length, along, cosine: length > 0 ? along / length : 0 };
  });
}

/** Products between two pauses: about a millisecond. */
const piece = 1 << 20;

/**
 * Length of what each head writes at each position: [T, H], from W_O [C, H*D] (outputs, inputs) and z [T, H, D].
 * |z_h W_h|^2 is z_h G_h z_h with G_h = W_h^T W_h, which costs D*D products a position instead of C*D. `read` makes of a
 * position's z what is multiplied. Pauses now and then.
 */
export function* writtenLengths(
  projection: Float32Array,
  z: Float32Array,
  channels: number,
  heads: number,
  read: (row: Float32Array) => Float32Array = (row) => row,
): Generator<void, Float32Array> {
  const known = gramsOf.get(projection);
  if (known?.heads === heads) return yield* lengthsBy(known.grams, z, heads, read);
  const grams = yield* headGrams(projection, channels, heads);
  gramsOf.set(projection, { heads, grams });
  return yield* lengthsBy(grams, z, heads, read);
}

/** They depend on the weights alone, which stay while the text changes. */
const gramsOf = new WeakMap<Float32Array, { heads: number; grams: Float32Array }>();

/** W_h^T W_h of each head: the lower half of [H, D, D]. */
function* headGrams(
  projection: Float32Array,
  channels: number,
  heads: number,
): Generator<void, Float32Array> {
  const inputs = Math.floor(projection.length / channels);
  const size = inputs / heads;
  const grams = new Float32Array(heads * size * size);
  const atOnce = Math.ceil(piece / (inputs * size));
  for (let c = 0; c < channels; ++c) {
    if (c % atOnce === atOnce - 1) yield;
    for (let head = 0; head < heads; ++head) {
      const row = c * inputs + head * size;
      const base = head * size * size;
      for (let a = 0; a < size; ++a) {
        const weight = projection[row + a]!;
        for (let b = 0; b <= a; ++b) grams[base + a * size + b]! += weight * projection[row + b]!;
      }
    }
  }
  return grams;
}

function* lengthsBy(
  grams: Float32Array,
  z: Float32Array,
  heads: number,
  read: (row: Float32Array) => Float32Array,
): Generator<void, Float32Array> {
  const size = Math.sqrt(grams.length / heads);
  const tokens = Math.floor(z.length / (heads * size));
  const out = new Float32Array(tokens * heads);
  const atOnce = Math.ceil(piece / grams.length);
  for (let token = 0; token < tokens; ++token) {
    if (token % atOnce === atOnce - 1) yield;
    const row = read(rowOf(z, heads * size, token));
    for (let head = 0; head < heads; ++head) {
      const at = head * size;
      const base = head * size * size;
      let square = 0;
      for (let a = 0; a < size; ++a) {
        let inner = 0.5 * grams[base + a * size + a]! * row[at + a]!;
        for (let b = 0; b < a; ++b) inner += grams[base + a * size + b]! * row[at + b]!;
        square += 2 * inner * row[at + a]!;
      }
      out[token * heads + head] = Math.sqrt(Math.max(0, square));
    }
  }
  return out;
}

/** Heads whose numbers have room side by side where one head is `pitch` px wide. */
export function headTicks(heads: number, pitch: number): number[] {
  const digits = `${Math.max(0, heads - 1)}`.length;
  const every = Math.max(1, Math.ceil((digits * 7 + 4) / Math.max(pitch, 1e-6)));
  return Array.from({ length: Math.ceil(heads / every) }, (_, i) => i * every);
}
