/** What several chapters read off a run. Pure. */
import { percent, word } from '../format/format';
import type { Candidate } from '../protocol/protocol';
import type { Bar } from './figure';

/** A token with its share. */
export interface Share {
  text: string;
  share: number;
  id: number;
}

/** The first `count` of a list, by the softmax of the logits as they are. */
export const sharesOf = (candidates: readonly Candidate[], count = 8): Share[] =>
  candidates.slice(0, count).map(({ text, raw, id }) => ({ text, share: raw, id }));

export const barsOf = (shares: readonly Share[], lit?: number): Bar[] =>
  shares.map(({ text, share, id }) => ({
    label: word(text, 14),
    value: share,
    text: percent(share),
    lit: id === lit,
  }));

/** The index of the largest, the first of equals. */
export function most(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}

export const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** Of two vectors of one length; 0 where one of them has none. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}

export const norm = (vector: Iterable<number>): number => {
  let total = 0;
  for (const value of vector) total += value * value;
  return Math.sqrt(total);
};

/** e to each score less the largest, divided by their sum. */
export function softmax(scores: ArrayLike<number>): number[] {
  const top = Math.max(...Array.from(scores));
  const powers = Array.from(scores, (score) => Math.exp(score - top));
  const all = sum(powers);
  return powers.map((power) => power / all);
}

/** Bits. */
export const entropy = (shares: Iterable<number>): number => {
  let total = 0;
  for (const share of shares) if (share > 0) total -= share * Math.log2(share);
  return total;
};

/** KL(p || q) in bits from nats. */
export const bitsOf = (nats: number): number => nats / Math.LN2;
