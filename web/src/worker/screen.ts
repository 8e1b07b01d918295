/** What of a run's tensors the next run's screen will show, most likely. */
import type { TensorRequest } from '../protocol/protocol';

/** Thumbnails of more tokens take longer than all the rest of a screen together, and come by themselves. */
const quickThumbnails = 96;

type Wanted = Omit<TensorRequest, 'run'>;

/**
 * The same part of a text of `now` tokens as `wanted` is of one of `before`: all of it stays all, its end stays its
 * end, and what lies before that stays where it is. Null where there is no such part any more.
 */
export function carriedOver(wanted: Wanted, before: number, now: number): Wanted | null {
  const { rows, size } = wanted;
  if (size !== undefined && now > quickThumbnails) return null;
  if (before === now) return wanted;
  // Thumbnails that show each token go on doing so, as long as the text is short.
  if (size !== undefined) return size === before ? { ...wanted, size: now } : wanted;
  if (!rows) return wanted;
  const [begin, end] = rows;
  if (end < before) return end <= now ? wanted : null;
  const from = begin === 0 ? 0 : Math.max(0, now - (end - begin));
  return from < now ? { ...wanted, rows: [from, now] } : null;
}
