/** Next tokens of both models in one list. Pure. */
import type { ComparedWord } from '../protocol/experiments';

export const orders = ['changed', 'base', 'difference'] as const;
export type Order = (typeof orders)[number];

const worth: Record<Order, (word: ComparedWord) => number> = {
  changed: ({ after }) => -after.rank,
  base: ({ before }) => -before.rank,
  difference: ({ before, after }) => Math.abs(after.scaled - before.scaled),
};

/** The first `count` words in an order; equals stay as the changed model ranks them. */
export function ordered(words: readonly ComparedWord[], order: Order, count: number): ComparedWord[] {
  const of = worth[order];
  return [...words].sort((a, b) => of(b) - of(a) || a.after.rank - b.after.rank).slice(0, count);
}

/** Points of a share that went up or down: +4.2, -0.31, 0 where the two are equal. */
export function points(before: number, after: number): string {
  const change = 100 * (after - before);
  if (change === 0) return '0';
  const size = Math.abs(change);
  const digits = size < 0.005 ? '< 0.01' : size < 0.995 ? size.toFixed(2) : size.toFixed(1);
  return `${change < 0 ? '-' : '+'}${digits}`;
}
