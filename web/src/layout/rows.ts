/** Where the tokens' rows lie: one pitch for all, a window of them when there are too many. */
export interface RowPlan {
  /** Rows shown: [first, last). */
  first: number;
  last: number;
  total: number;
  /** Distance of two rows, whole pixels. */
  pitch: number;
  scrolls: boolean;
}

/** What a row holds: the residual stream runs along its foot, what is computed from it stands above. */
export interface RowTracks {
  /** Middle of the residual's line, from the top of the row. */
  lane: number;
  laneWidth: number;
  /** The space above the line. */
  bandTop: number;
  bandHeight: number;
}

/** Below this a token's text cannot be read any more, so rows scroll instead. */
export const leastPitch = 14;
/** A row of few tokens is no higher than this, but where a screen has room for more. */
export const mostPitch = 64;
/** Beyond this more space says nothing more. */
export const tallestPitch = 144;
/** So many rows of the largest pitch fill the room. */
const roomyRows = 5;

/** The largest pitch of rows that have `height` px to themselves. */
export function mostPitchIn(height: number): number {
  return Math.min(Math.max(Math.floor(height / roomyRows), mostPitch), tallestPitch);
}

/** `least` is the smallest pitch: a finger needs more than a pointer. `most` is the largest. */
export function planRows(
  total: number,
  height: number,
  first: number,
  least = leastPitch,
  most = mostPitch,
): RowPlan {
  const fair = total > 0 ? Math.floor(height / total) : most;
  const pitch = Math.min(Math.max(fair, least), most);
  const count = Math.min(total, Math.max(1, Math.floor(height / pitch)));
  // Infinity is the end.
  const begin = Math.min(Math.max(0, Math.floor(first)), total - count);
  return { first: begin, last: begin + count, total, pitch, scrolls: count < total };
}

/** The window that shows `row`, moved as little as possible. */
export function windowFor(plan: RowPlan, row: number): number {
  if (row < plan.first) return row;
  if (row >= plan.last) return row - (plan.last - plan.first) + 1;
  return plan.first;
}

export function tracks(pitch: number): RowTracks {
  const roomy = pitch >= 18;
  const laneWidth = pitch >= 64 ? 6 : pitch >= 28 ? 4 : roomy ? 3 : 2;
  const space = roomy ? 3 : 1;
  const lane = pitch - space - laneWidth / 2;
  const bandTop = space;
  return { lane, laneWidth, bandTop, bandHeight: Math.max(2, lane - laneWidth / 2 - space - bandTop) };
}

/** What a row's label leaves free at its foot, so that it stands beside the middle of the band, not of the row. */
export function underLabel(pitch: number, { bandTop, bandHeight }: RowTracks): number {
  return Math.max(0, pitch - 2 * bandTop - bandHeight);
}

/** `count` strips stacked in a band: tops from the top of the row, one height, at least a pixel each. */
export function slots(
  count: number,
  bandTop: number,
  bandHeight: number,
): { tops: number[]; height: number } {
  const gap = bandHeight >= 24 ? 2 : bandHeight >= 5 * count ? 1 : 0;
  const height = Math.max(1, Math.floor((bandHeight - gap * (count - 1)) / count));
  const used = height * count + gap * (count - 1);
  const top = bandTop + Math.max(0, Math.floor((bandHeight - used) / 2));
  return { tops: Array.from({ length: count }, (_, i) => top + i * (height + gap)), height };
}
