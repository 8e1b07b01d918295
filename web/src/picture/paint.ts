/** The pixels of the attention matrix's visible rows: [rows, size] numbers to [rows, across] pixels. */
import type { ColourTable } from '../charts/colour';

/** Where the thumbnails are laid out before they go to their canvas; kept, since every keystroke paints all. */
let laid = new Uint32Array(0);

/**
 * RGBA of `width` x `height` device pixels with a thumbnail a slot, row by row: the squares of `patterns`, each
 * [side, side], in the order of `places`. What a query may not see is `empty`, a table's entry; what lies between the
 * thumbnails stays clear. Good until the next call.
 */
export function thumbnailPixels(
  patterns: Float32Array,
  side: number,
  places: Int32Array,
  {
    width,
    height,
    across,
    down,
    gap,
  }: { width: number; height: number; across: number; down: number; gap: number },
  table: ColourTable,
  index: (value: number) => number,
  empty: number,
): Uint8ClampedArray<ArrayBuffer> {
  const size = width * height;
  if (laid.length < size) laid = new Uint32Array(size);
  laid.fill(0, 0, size);
  const colours = new Uint32Array(table.buffer);
  const edge = (slot: number, count: number, length: number) => Math.round((slot * length) / count);
  places.forEach((place, slot) => {
    const column = slot % across;
    const row = Math.floor(slot / across);
    const left = edge(column, across, width) + gap;
    const right = edge(column + 1, across, width) - gap;
    const top = edge(row, down, height) + gap;
    const bottom = edge(row + 1, down, height) - gap;
    const from = place * side * side;
    let before = -1;
    for (let y = top; y < bottom; y += 1) {
      const query = Math.floor(((y - top + 0.5) * side) / (bottom - top));
      const line = y * width;
      if (query === before) {
        laid.copyWithin(line + left, line - width + left, line - width + right);
        continue;
      }
      before = query;
      for (let x = left; x < right; x += 1) {
        const key = Math.floor(((x - left + 0.5) * side) / (right - left));
        laid[line + x] = key > query ? empty : colours[index(patterns[from + query * side + key]!)]!;
      }
    }
  });
  return new Uint8ClampedArray(laid.buffer, 0, size * 4);
}

/**
 * Each pixel takes the largest value in size of the keys under it. What is hidden - the future if `causal`, and -inf -
 * stays clear, so that the hatching under it shows.
 */
export function matrixPixels(
  values: Float32Array,
  size: { rows: number; keys: number; first: number; across: number },
  causal: boolean,
  table: ColourTable,
  index: (value: number) => number,
): Uint8ClampedArray {
  const { rows, keys, first, across } = size;
  const out = new Uint8ClampedArray(rows * across * 4);
  const from = new Uint32Array(table.buffer);
  const to = new Uint32Array(out.buffer);
  for (let row = 0; row < rows; row += 1) {
    const allowed = causal ? Math.min(keys, first + row + 1) : keys;
    for (let x = 0; x < across; x += 1) {
      const begin = Math.floor((x * keys) / across);
      const end = Math.min(allowed, Math.max(begin + 1, Math.floor(((x + 1) * keys) / across)));
      let best = -Infinity;
      for (let key = begin; key < end; key += 1) {
        const value = values[row * keys + key]!;
        if (value !== -Infinity && (best === -Infinity || Math.abs(value) > Math.abs(best))) best = value;
      }
      if (best !== -Infinity) to[row * across + x] = from[index(best)]!;
    }
  }
  return out;
}

/**
 * Scores before the mask: what the engine keeps has -inf for the future, so those entries are filled in from its own q
 * and k, as q.k / sqrt(D).
 */
export function unmasked(
  scores: Float32Array,
  q: Float32Array,
  k: Float32Array,
  keys: number,
  width: number,
): Float32Array {
  const filled = Float32Array.from(scores);
  const scale = 1 / Math.sqrt(width);
  for (let at = 0; at < filled.length; at += 1) {
    if (filled[at] !== -Infinity) continue;
    const row = Math.floor(at / keys);
    const key = at % keys;
    let sum = 0;
    for (let i = 0; i < width; i += 1) sum += q[row * width + i]! * k[key * width + i]!;
    filled[at] = sum * scale;
  }
  return filled;
}
