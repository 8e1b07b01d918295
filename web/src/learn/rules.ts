/** Heads that a lesson looks for in the model in use, by what they do with the sentence on screen. */
import type { HeadScores } from '../protocol/experiments';
import type { Live, Rule } from './types';

export interface Found {
  layer: number;
  head: number;
}

/** The head whose score is largest; the first one where none has any. */
export function strongest(scores: readonly (readonly HeadScores[])[], by: keyof HeadScores): Found {
  let best: Found = { layer: 0, head: 0 };
  let most = -Infinity;
  scores.forEach((heads, layer) =>
    heads.forEach((score, head) => {
      const value = score[by] ?? -Infinity;
      if (value <= most) return;
      most = value;
      best = { layer, head };
    }),
  );
  return best;
}

export interface LastRow extends Found {
  /** Shares of the last token, 0..1. */
  shares: ArrayLike<number>;
}

/**
 * The head that is read most easily: its last token shares itself out over a few words (an entropy of 1 to 2.5 bits) and
 * looks most at one that is neither the first, nor itself, nor the one before. Where none does, the nearest to that.
 */
export function clearest(rows: readonly LastRow[]): Found {
  let best: Found = { layer: 0, head: 0 };
  let most = -Infinity;
  for (const { layer, head, shares } of rows) {
    const last = shares.length - 1;
    let entropy = 0;
    let key = 0;
    for (let i = 0; i < shares.length; i += 1) {
      const share = shares[i]!;
      if (share > 0) entropy -= share * Math.log2(share);
      if (share > shares[key]!) key = i;
    }
    const near = key !== 0 && key < last - 1 ? 0 : 2;
    const off = entropy < 1 ? 1 - entropy : entropy > 2.5 ? entropy - 2.5 : 0;
    const score = (shares[key] ?? 0) - near - 4 * off;
    if (score <= most) continue;
    most = score;
    best = { layer, head };
  }
  return best;
}

export async function findHead(rule: Rule, live: Live): Promise<Found> {
  if (rule !== 'clear') return strongest(await live.call('headScores', { run: live.run }), rule);
  const last = live.tokens.length - 1;
  const { layers, heads } = live.info;
  const rows: LastRow[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const { data } = await live.tensor(`blocks.${layer}.attn.hook_pattern`, { rows: [last, last + 1] });
    for (let head = 0; head < heads; head += 1)
      rows.push({ layer, head, shares: data.subarray(head * (last + 1), (head + 1) * (last + 1)) });
  }
  return clearest(rows);
}
