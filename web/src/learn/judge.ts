/** How a prediction is judged, from the numbers of the run. Pure. */
import type { Unit } from './types';

/** "As you said", "close", "the model did otherwise". */
export type Verdict = 'same' | 'close' | 'other';

/** Shares closer than this are alike. */
const alike = 0.01;
/** From this share of the largest on a token is close. */
const nearly = 0.8;

export function judgeToken(shares: ArrayLike<number>, chosen: number): Verdict {
  const most = Math.max(...Array.from(shares));
  const share = shares[chosen] ?? -Infinity;
  if (share >= most - alike * Math.max(1, Math.abs(most))) return 'same';
  return most > 0 && share >= nearly * most ? 'close' : 'other';
}

export function judgeChoice(right: readonly number[], chosen: number): Verdict {
  return right.includes(chosen) ? 'same' : 'other';
}

/** Shares: 5 points are the same, 15 close. Counts and ratios: a tenth is the same, a factor of two close. */
export function judgeAmount(unit: Unit, truth: number, said: number): Verdict {
  if (unit === 'share') {
    const off = Math.abs(truth - said);
    return off <= 0.05 ? 'same' : off <= 0.15 ? 'close' : 'other';
  }
  if (Math.abs(truth - said) <= 0.1 * Math.abs(truth)) return 'same';
  if (truth <= 0 || said <= 0) return Math.abs(truth - said) <= 1 ? 'close' : 'other';
  const ratio = Math.max(truth / said, said / truth);
  return ratio <= 2 ? 'close' : 'other';
}

/** Half of what would have to be moved from one to another: total variation. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) sum += Math.abs((a[i] ?? 0) - (b[i] ?? 0));
  return sum / 2;
}

export function judgeRow(truth: ArrayLike<number>, said: ArrayLike<number>): Verdict {
  const off = apart(truth, said);
  return off <= 0.15 ? 'same' : off <= 0.35 ? 'close' : 'other';
}

/** Of a typed word, by its rank, from 1. */
export function judgeWord(rank: number): Verdict {
  return rank === 1 ? 'same' : rank <= 10 ? 'close' : 'other';
}
