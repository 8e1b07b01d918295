/** What of a run's tensors the next run's screen will show, most likely. */
import type { TensorRequest } from './protocol';

type Wanted = Omit<TensorRequest, 'run'>;

/**
 * The same part of a text of `now` tokens as `wanted` is of one of `before`: all of it stays all, its end stays its
 * end, and what lies before that stays where it is. Null where there is no such part any more.
 */
export function carriedOver(wanted: Wanted, before: number, now: number): Wanted | null {
  const { rows } = wanted;
  if (!rows || before === now) return wanted;
  const [begin, end] = rows;
  if (end < before) return end <= now ? wanted : null;
  const from = begin === 0 ? 0 : Math.max(0, now - (end - begin));
  return from < now ? { ...wanted, rows: [from, now] } : null;
}
