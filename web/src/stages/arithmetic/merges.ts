/** Byte-pair merges of one piece, replayed step by step. */
import type { MergeTrace } from '../../protocol/protocol';

export interface MergeState {
  /** Symbols of the piece after the step, as bytes. */
  symbols: Uint8Array[];
  /** The symbol the step made, by place; null before the first. */
  made: number | null;
  /** Rank of the merge that was applied: the smaller, the earlier it was learned. */
  rank: number | null;
  /** The two symbols that became one; null before the first step. */
  joined: readonly [Uint8Array, Uint8Array] | null;
}

/** The piece's states: what merging begins with first, then one state a merge. */
export function replay(first: readonly Uint8Array[], steps: MergeTrace['steps']): MergeState[] {
  let symbols = [...first];
  const states: MergeState[] = [{ symbols, made: null, rank: null, joined: null }];
  for (const { position, rank, left, right } of steps) {
    const at = placeOf(symbols, position, left, right);
    if (at < 0) break;
    const merged = new Uint8Array(left.length + right.length);
    merged.set(left);
    merged.set(right, left.length);
    symbols = [...symbols.slice(0, at), merged, ...symbols.slice(at + 2)];
    states.push({ symbols, made: at, rank, joined: [left, right] });
  }
  return states;
}

const same = (a: Uint8Array | undefined, b: Uint8Array) =>
  a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Where the pair stands: at `position` when that is a place among symbols, else at that byte of the piece. */
function placeOf(
  symbols: readonly Uint8Array[],
  position: number,
  left: Uint8Array,
  right: Uint8Array,
): number {
  const fits = (at: number) => same(symbols[at], left) && same(symbols[at + 1], right);
  if (fits(position)) return position;
  let offset = 0;
  for (let at = 0; at < symbols.length; ++at) {
    if (offset === position && fits(at)) return at;
    offset += symbols[at]!.length;
  }
  return symbols.findIndex((_, at) => fits(at));
}

/** Piece that holds byte `offset` of the text, or -1. */
export function pieceAt(pieces: MergeTrace['pieces'], offset: number): number {
  return pieces.findIndex(([begin, end]) => offset >= begin && offset < end);
}

/** Bytes of the token that was put before the text: the document mark, or what the tokenizer begins with; else 0. */
export function leadOf(tokens: readonly { bytes: Uint8Array }[], textBytes: number): number {
  const more = tokens.reduce((sum, { bytes }) => sum + bytes.length, -textBytes);
  return more > 0 && tokens[0]?.bytes.length === more ? more : 0;
}

/** Neighbours that no merge joined, the first `most` of them. */
export function unjoined(symbols: readonly Uint8Array[], most: number): [Uint8Array, Uint8Array][] {
  return symbols
    .slice(0, Math.max(0, Math.min(most, symbols.length - 1)))
    .map((left, i) => [left, symbols[i + 1]!]);
}
