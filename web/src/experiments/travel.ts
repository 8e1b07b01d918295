/** Two prompts: their pieces side by side, and where the news of a word travels. Pure. */
import type { PatchCell } from '../protocol/experiments';

export interface Aligned {
  a: string;
  b: string;
  differs: boolean;
}

/** Piece by piece; the shorter one ends in empty places. */
export function aligned(
  a: readonly { id: number; text: string }[],
  b: readonly { id: number; text: string }[],
): Aligned[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => ({
    a: a[i]?.text ?? '',
    b: b[i]?.text ?? '',
    differs: a[i]?.id !== b[i]?.id,
  }));
}

/** More than this share has come back: the place carries the news. */
const carries = 0.5;

export interface Travel {
  /** The last block up to which the piece that differs carries it; null: none. */
  sits: number | null;
  /** The first block from which the last piece carries it to the end; null: none. */
  arrives: number | null;
}

/** Of a map of the whole vector, layers by tokens. */
export function travelOf(cells: readonly PatchCell[], layers: number, first: number, last: number): Travel {
  const at = new Map(cells.map(({ layer, column, restored }) => [`${layer}.${column}`, restored ?? 0]));
  const has = (layer: number, column: number) => (at.get(`${layer}.${column}`) ?? 0) >= carries;
  let sits: number | null = null;
  for (let layer = 0; layer < layers && has(layer, first); layer += 1) sits = layer;
  let arrives: number | null = null;
  for (let layer = layers - 1; layer >= 0 && has(layer, last); layer -= 1) arrives = layer;
  return { sits, arrives };
}

/** Pairs that differ in one word, as a text and another. */
export const readyPairs: readonly { a: string; b: string }[] = [
  { a: 'He lived in New York and worked in New', b: 'He lived in New Orleans and worked in New' },
  { a: 'The President of the United', b: 'The Parliament of the United' },
  { a: 'She put her hand on his', b: 'She put her hat on his' },
];
