/** How far something that arrives has come, at some moment (ms). */
export interface Arrival {
  at: number;
  received: number;
}

/** Shorter than this, ms, a rate says nothing. */
export const leastSpan = 800;

/** Bytes a second since `first`, and seconds left of `total`; null while it is too early to tell. */
export function rateOf(
  first: Arrival,
  now: Arrival,
  total: number | null,
): { perSecond: number; left: number | null } | null {
  const span = now.at - first.at;
  const received = now.received - first.received;
  if (span < leastSpan || received <= 0) return null;
  const perSecond = (received * 1000) / span;
  return { perSecond, left: total === null ? null : Math.max(0, total - now.received) / perSecond };
}
