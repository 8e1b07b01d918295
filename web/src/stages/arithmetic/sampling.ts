/** What the sampling stage draws from the candidates by rank. */
import type { Candidate } from '../../engine/protocol';

export interface Segment {
  rank: number;
  id: number;
  text: string;
  begin: number;
  end: number;
}

/** The kept candidates side by side on 0..1, in order of rank. */
export function segments(candidates: readonly Candidate[]): Segment[] {
  const laid: Segment[] = [];
  let at = 0;
  for (const { rank, id, text, probability } of candidates) {
    if (probability <= 0) continue;
    laid.push({ rank, id, text, begin: at, end: (at += probability) });
  }
  return laid;
}

/** Share held by ranks 0..i together, tempered, nothing cut. */
export function cumulative(candidates: readonly Candidate[]): Float64Array {
  const sums = new Float64Array(candidates.length);
  let total = 0;
  candidates.forEach((candidate, i) => (sums[i] = total += candidate.scaled));
  return sums;
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
