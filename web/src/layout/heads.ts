import type { Role } from '../marks/colour';
import type { HeadAddress } from '../state/view.svelte';

/** What the grid of heads can be sorted by. */
export const headOrders = ['layer', 'previous', 'first', 'self', 'entropy'] as const;
export type HeadOrder = (typeof headOrders)[number];

/** What a head's pattern is like, as means over its queries. */
export interface HeadMeasures {
  /** Share on the token before the query, 0..1. */
  previous: number;
  /** Share on the very first token, 0..1. */
  first: number;
  /** Share on the query itself, 0..1. */
  self: number;
  /** Of the shares, in bits. */
  entropy: number;
}

export interface RankedHead extends HeadAddress {
  /** What it was sorted by; null where nothing was measured. */
  value: number | null;
}

/** Only these many last queries are measured: patterns of a whole long text would be hundreds of megabytes. */
export const measuredQueries = 128;

/** Colours of the pinned heads, in the order of pinning: the roles' scales that are told apart best. */
export const pinRoles: readonly Role[] = ['attention', 'output', 'value', 'mlp'];

/**
 * Measures of each head of a layer. `pattern` is [heads, rows, keys], its rows are the queries from `first` on. The first query of
 * a text can look at nothing but itself and is left out; a text of one token has no measures (NaN).
 */
export function measureHeads(
  pattern: Float32Array,
  { heads, rows, keys, first }: { heads: number; rows: number; keys: number; first: number },
): HeadMeasures[] {
  const skipped = first === 0 ? 1 : 0;
  const count = rows - skipped;
  return Array.from({ length: heads }, (_, head) => {
    const sums = { previous: 0, first: 0, self: 0, entropy: 0 };
    for (let row = skipped; row < rows; row += 1) {
      const query = first + row;
      const at = (head * rows + row) * keys;
      sums.previous += pattern[at + query - 1]!;
      sums.first += pattern[at]!;
      sums.self += pattern[at + query]!;
      for (let key = 0; key <= query; key += 1) {
        const share = pattern[at + key]!;
        if (share > 0) sums.entropy -= share * Math.log2(share);
      }
    }
    return {
      previous: sums.previous / count,
      first: sums.first / count,
      self: sums.self / count,
      entropy: sums.entropy / count,
    };
  });
}

/** All heads, largest measure first; by layer and head where nothing is measured or measures are equal. */
export function rankHeads(
  layers: number,
  heads: number,
  order: HeadOrder,
  measures: HeadMeasures[][] | null,
): RankedHead[] {
  const ranked: RankedHead[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    for (let head = 0; head < heads; head += 1) {
      const measured = order === 'layer' ? undefined : measures?.[layer]?.[head]?.[order];
      ranked.push({ layer, head, value: measured === undefined || Number.isNaN(measured) ? null : measured });
    }
  }
  // Sorting is stable, so that equal heads keep the order they have in the model.
  if (order !== 'layer') ranked.sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  return ranked;
}
