import type { HeadAddress } from './heads';

/** A head whose last query looks far back at a telling word, and which one. */
export interface WorthLooking extends HeadAddress {
  /** The token looked at. */
  key: number;
  /** Its share, 0..1. */
  share: number;
}

/** One token as the rule needs it. */
export interface Piece {
  id: number;
  /** Decoded alone; bytes that are no character on their own read ‹F09F›. */
  text: string;
}

/**
 * Ids below this are bytes, endings and the words of the language that were merged first: ` the`, ` and`, ` not`. A
 * byte-pair vocabulary is numbered in the order of merging, so that small ids are the commonest pieces of any text.
 */
export const commonest = 500;

/**
 * The head worth looking at: whose last query gives most to a word that carries meaning and stands away from it. The
 * word has a letter, is none of the commonest pieces, and is neither the query itself nor the one before it nor the
 * first; the head has at least two different favourites over its queries, or its picture would be a single column.
 *
 * `patterns` holds one tensor [heads, rows, keys] a layer, the rows being the last queries of the text; keys after a
 * query have share 0. Null for a text of less than four tokens and where no word qualifies.
 */
export function headWorthLooking(
  patterns: readonly Float32Array[],
  { heads, rows, keys }: { heads: number; rows: number; keys: number },
  tokens: readonly Piece[],
): WorthLooking | null {
  const telling = tokens.flatMap(({ id, text }, key) =>
    key > 0 && key < keys - 2 && id >= commonest && /\p{L}/u.test(text.replace(/‹[0-9A-F]+›/g, ''))
      ? [key]
      : [],
  );
  let best: WorthLooking | null = null;
  patterns.forEach((pattern, layer) => {
    for (let head = 0; head < heads; head += 1) {
      const last = ((head + 1) * rows - 1) * keys;
      for (const key of telling) {
        const share = pattern[last + key]!;
        if (share <= (best?.share ?? 0)) continue;
        if (favourites(pattern.subarray(head * rows * keys, (head + 1) * rows * keys), keys) < 2) break;
        best = { layer, head, key, share };
      }
    }
  });
  return best;
}

/** How many different keys are the most looked at of a query: `pattern` is [rows, keys] of one head. */
function favourites(pattern: Float32Array, keys: number): number {
  const found = new Set<number>();
  for (let begin = 0; begin < pattern.length; begin += keys) {
    let most = 0;
    for (let key = 1; key < keys; key += 1) if (pattern[begin + key]! > pattern[begin + most]!) most = key;
    found.add(most);
  }
  return found.size;
}
