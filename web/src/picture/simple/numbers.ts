/** The first screen's own arithmetic on the engine's numbers. */
import type { Tensor } from '../../protocol/protocol';

export interface Neuron {
  index: number;
  value: number;
}

/** Of each row of [rows, inner] the `count` largest values, the largest first; ties by index. */
export function strongestNeurons(data: Float32Array, inner: number, count: number): Neuron[][] {
  const rows: Neuron[][] = [];
  for (let at = 0; at + inner <= data.length; at += inner) {
    const best: Neuron[] = [];
    for (let index = 0; index < inner; index += 1) {
      const value = data[at + index]!;
      const last = best[count - 1];
      if (last && !(value > last.value)) continue;
      let place = best.length;
      while (place > 0 && value > best[place - 1]!.value) place -= 1;
      best.splice(place, 0, { index, value });
      best.length = Math.min(best.length, count);
    }
    rows.push(best);
  }
  return rows;
}

/** Mean over all heads of several [H, 1, T] rows of shares, for keys [0, count). */
export function meanRow(tensors: readonly Tensor[], count: number): Float32Array {
  const mean = new Float32Array(count);
  let rows = 0;
  for (const { data, shape } of tensors) {
    const keys = shape.at(-1) ?? 0;
    for (let at = 0; at + keys <= data.length && keys > 0; at += keys, rows += 1) {
      for (let key = 0; key < Math.min(count, keys); key += 1) mean[key]! += data[at + key]!;
    }
  }
  return mean.map((sum) => sum / Math.max(1, rows));
}

export interface Look {
  key: number;
  share: number;
}

/** Where a word looks: the keys with at least `least`, the largest first, at most `count`; and what is left, as a sum. */
export function looksOf(
  weights: ArrayLike<number> | undefined,
  least: number,
  count: number,
): { first: Look[]; others: number; rest: number } {
  const all = Array.from(weights ?? [], (share, key) => ({ key, share })).sort(
    (a, b) => b.share - a.share || b.key - a.key,
  );
  const first = all.filter(({ share }, i) => i < count && (share >= least || i === 0));
  const rest = all.slice(first.length).reduce((sum, { share }) => sum + share, 0);
  return { first, others: all.length - first.length, rest };
}
