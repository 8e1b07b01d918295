import type { Role } from './roles';

export interface HeadAddress {
  layer: number;
  head: number;
}

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

/** Colours of the pinned heads, in the order of pinning: attention's own, and others that stand for nothing else. */
export const pinRoles: readonly Role[] = ['attention', 'pin2', 'pin3', 'pin4'];

/** Its arcs are told apart by their dashes as well: the first's are whole. */
export const pinDashes: readonly (string | undefined)[] = [undefined, '9 5', '2 5', '9 4 2 4', '1 3'];

/** A head whose looks are drawn as arcs, and its colour. */
export interface ColouredHead extends HeadAddress {
  colour: Role | 'ink';
}

/**
 * Whose looks are drawn: those of the pinned heads in their colours, and the chosen one's beside them; its own role's
 * colour is free where none is pinned.
 */
export function colouredHeads(pinned: readonly HeadAddress[], chosen: HeadAddress): ColouredHead[] {
  const heads: ColouredHead[] = pinned.map((head, i) => ({ ...head, colour: pinRoles[i] ?? 'ink' }));
  if (pinned.some(({ layer, head }) => layer === chosen.layer && head === chosen.head)) return heads;
  return [...heads, { layer: chosen.layer, head: chosen.head, colour: heads.length ? 'ink' : 'attention' }];
}

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

/** Thumbnails smaller than this say nothing any more, CSS px. */
export const leastThumbnail = { width: 22, height: 15 };

/** Room around the enlarged grid of heads, CSS px: its own edges and title, and what stays in sight of the page. */
const around = { width: 34, height: 62, page: 24, top: 72 };
/** Beside the thumbnails and above them, for the numbers of layers and heads. */
export const headLabels = { width: 24, height: 18 };

/** The enlarged grid of heads in a window of that size: thumbnails as large as they can use, and as fit. All CSS px. */
export function enlargedGrid(
  { layers, heads }: { layers: number; heads: number },
  window: { width: number; height: number },
): { width: number; height: number; grid: { width: number; height: number } } {
  const fit = (count: number, most: number, room: number) => Math.min(count * most, room);
  const grid = {
    width: fit(heads, 52, window.width - 2 * around.page - around.width - headLabels.width),
    height: fit(layers, 36, window.height - around.top - around.page - around.height - headLabels.height),
  };
  return {
    // Its title with the choice of order wants some width, however few the heads are.
    width: Math.max(340, grid.width + headLabels.width + around.width),
    height: grid.height + headLabels.height + around.height,
    grid,
  };
}
