/** What the sampling stage draws from the candidates by rank. */
import { cutsOf } from '../../charts/shares';
import { numberAt } from './ranks';
import type { Candidate, DistributionSummary, Ranks, Sampling } from '../../protocol/protocol';

export interface Segment {
  rank: number;
  id: number;
  text: string;
  begin: number;
  end: number;
}

/** Of the first `count` ranks those that are kept, side by side on 0..1. */
export function segments(
  ranks: Ranks,
  count: number,
  textAt: (rank: number) => string | undefined,
): Segment[] {
  const laid: Segment[] = [];
  let at = 0;
  for (let rank = 0; rank < count; ++rank) {
    const probability = numberAt(ranks, rank, 'probability');
    // What is cut is cut from some rank on.
    if (!(probability > 0)) break;
    const id = numberAt(ranks, rank, 'id');
    laid.push({ rank, id, text: textAt(rank) ?? '', begin: at, end: (at += probability) });
  }
  return laid;
}

/**
 * Share held by ranks 0..i together, tempered, nothing cut: of the whole vocabulary, from its logits in falling order.
 * At temperature 0 the first holds everything.
 */
export function cumulative(falling: Float32Array, temperature: number): Float64Array {
  const sums = new Float64Array(falling.length);
  if (temperature === 0) return sums.fill(1);
  const most = falling[0] ?? 0;
  let total = 0;
  for (let i = 0; i < falling.length; ++i) sums[i] = total += Math.exp((falling[i]! - most) / temperature);
  for (let i = 0; i < sums.length; ++i) sums[i]! /= total;
  return sums;
}

/** Ranks 0 to count - 1, at most about `most` of them, as far apart as a logarithmic axis needs them. */
export function spreadRanks(count: number, most: number): number[] {
  const ranks: number[] = [];
  for (let i = 0; i <= most && count > 0; ++i) {
    const rank = Math.round(count ** (i / most)) - 1;
    if (rank !== ranks.at(-1)) ranks.push(rank);
  }
  return ranks;
}

/**
 * Height of top-p's threshold on the curve of tempered shares: p applies to what k left, scaled to 1, so the line lies
 * at p times the share that k left.
 */
export function thresholdHeight(topP: number, massCutByK: number): number {
  return topP * (1 - massCutByK);
}

/** Blocks of `size` ranks that cover [begin, end): what is fetched keeps its borders while a table is scrolled. */
export function blockOf(begin: number, end: number, size: number, count: number): [number, number] {
  const first = Math.floor(begin / size) * size;
  return [Math.min(first, count), Math.min(count, Math.max(first + size, Math.ceil(end / size) * size))];
}

export interface ShareSteps {
  /** The largest tempered logit, which the softmax takes off. */
  most: number;
  /** exp(tempered - most), and the sum of that over the vocabulary; null at temperature 0, where nothing is divided. */
  exponential: number | null;
  sum: number | null;
  /** What the ranks before it hold of what k left; null where those ranks are not at hand. */
  before: number | null;
  /** Share of the tempered probabilities that both cuts leave. */
  left: number;
}

/**
 * A candidate's way from logit to share. The likeliest one's tempered share is exp(0) over the softmax's sum, which tells
 * that sum; `sums` are the tempered shares of the first ranks together.
 */
export function shareSteps(
  candidate: Candidate,
  first: Candidate,
  sums: ArrayLike<number>,
  cut: Pick<DistributionSummary, 'massCutByK' | 'massCutByP'>,
  { temperature }: Pick<Sampling, 'temperature'>,
): ShareSteps {
  const { left } = cutsOf(cut);
  const known = candidate.rank === 0 ? 0 : sums[candidate.rank - 1];
  const before = known === undefined ? null : known / Math.max(1e-12, 1 - cut.massCutByK);
  if (temperature === 0) return { most: first.logit, exponential: null, sum: null, before, left };
  const most = first.tempered;
  const exponential = Math.exp(candidate.tempered - most);
  return { most, exponential, sum: first.scaled > 0 ? 1 / first.scaled : null, before, left };
}
