/** What a head does, by its largest score; "mixed" and "none" are legal answers. Pure. */
import type { HeadScores } from '../protocol/experiments';

export const scored = ['previous', 'first', 'self', 'duplicate', 'induction', 'broad'] as const;
export type Score = (typeof scored)[number];

/** A score below this makes no badge. */
export const leastScore = 0.4;

/** Even looks are what most heads of a small model have: only nearly even ones make a badge, and only where no other does. */
export const leastBroad = 0.9;

/** The largest score where it reaches `least`, else mixed. Scores that there are not, where no token came twice, do not count. */
export function badgeOf(scores: HeadScores, least = leastScore): Score | 'mixed' {
  let best: Score | 'mixed' = scores.broad >= leastBroad ? 'broad' : 'mixed';
  let most = -Infinity;
  for (const name of scored) {
    const score = scores[name];
    if (name === 'broad' || score === undefined || score < least || score <= most) continue;
    [best, most] = [name, score];
  }
  return best;
}
