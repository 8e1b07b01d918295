/** The logit lens as a ladder: which words to follow, since when the last one leads, how a share is drawn. Pure. */
import type { LensPoint } from '../protocol/experiments';

/** Where a point lies: before a block, between its attention and its MLP, or at the end. */
export interface Where {
  kind: 'pre' | 'mid' | 'final';
  layer: number;
}

export function whereIs(point: string, layers: number): Where {
  if (point === 'final') return { kind: 'final', layer: layers };
  const [layer = '0', kind] = point.split('.');
  return { kind: kind === 'mid' ? 'mid' : 'pre', layer: Number(layer) };
}

/** One rung a block: what stands at each block's entry, and the end. */
export const rungsOf = (points: readonly LensPoint[]): LensPoint[] =>
  points.filter(({ point }) => !point.endsWith('.mid'));

export interface Followed {
  id: number;
  text: string;
}

/**
 * The words that lead anywhere, in the order in which they first do. Where they are too many, those with the largest share
 * stay, and the one that leads at the end always does.
 */
export function followedWords(points: readonly LensPoint[], limit: number): Followed[] {
  const found = new Map<number, Followed & { most: number; first: number }>();
  points.forEach(({ top: [leader] }, i) => {
    if (!leader) return;
    const known = found.get(leader.id);
    if (known) known.most = Math.max(known.most, leader.p);
    else found.set(leader.id, { id: leader.id, text: leader.text, most: leader.p, first: i });
  });
  const last = points.at(-1)?.top[0]?.id;
  return [...found.values()]
    .sort((a, b) => Number(b.id === last) - Number(a.id === last) || b.most - a.most)
    .slice(0, limit)
    .sort((a, b) => a.first - b.first)
    .map(({ id, text }) => ({ id, text }));
}

/** The point from which the final leader leads without a break, and who led before; null where no number is finite. */
export function leadsFrom(
  points: readonly LensPoint[],
): { index: number; leader: Followed; before: Followed | null } | null {
  const leader = points.at(-1)?.top[0];
  if (!leader) return null;
  let index = points.length - 1;
  while (index > 0 && points[index - 1]!.top[0]?.id === leader.id) index -= 1;
  return { index, leader, before: points[index - 1]?.top[0] ?? null };
}

/** How heavy a word is set whose share is `p`: 300 to 800. */
export const weightOf = (p: number): number => Math.round(300 + 500 * Math.sqrt(Math.max(0, Math.min(1, p))));

/** Ranks in bins: 1, 2-5, 6-20, 21-100, more. */
export function rankBin(rank: number): number {
  return [1, 5, 20, 100].findIndex((most) => rank <= most) < 0
    ? 4
    : [1, 5, 20, 100].findIndex((most) => rank <= most);
}

/** Positions in the order in which a grid is filled: the last first, then outwards from it. */
export const fillOrder = (count: number): number[] => Array.from({ length: count }, (_, i) => count - 1 - i);
