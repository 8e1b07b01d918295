/** Rows of a distribution by rank, read where they lie: an object is made only of a rank that is looked at. */
import { rankColumns, type Candidate, type Ranks } from '../../protocol/protocol';

type Column = (typeof rankColumns)[number];

const width = rankColumns.length;
const place = Object.fromEntries(rankColumns.map((name, i) => [name, i])) as Record<Column, number>;
const reasons = ['yes', 'k', 'p'] as const;

/** Row of a rank in the data, or -1 where no block holds it. */
export function rowOfRank(blocks: readonly (readonly [number, number])[], rank: number): number {
  let before = 0;
  for (const [begin, end] of blocks) {
    if (rank >= begin && rank < end) return before + rank - begin;
    before += end - begin;
  }
  return -1;
}

/** One number of a rank; NaN where it is not at hand. */
export function numberAt({ blocks, data }: Ranks, rank: number, column: Column): number {
  const row = rowOfRank(blocks, rank);
  return row < 0 ? NaN : data[row * width + place[column]]!;
}

export function keptAt(ranks: Ranks, rank: number): Candidate['kept'] | undefined {
  return reasons[numberAt(ranks, rank, 'kept')];
}

export function candidateAt(
  ranks: Ranks | undefined,
  rank: number,
  text: string | undefined,
): Candidate | undefined {
  if (!ranks || text === undefined || rowOfRank(ranks.blocks, rank) < 0) return undefined;
  const of = (column: Column) => numberAt(ranks, rank, column);
  return {
    rank,
    text,
    id: of('id'),
    logit: of('logit'),
    tempered: of('tempered'),
    raw: of('raw'),
    scaled: of('scaled'),
    probability: of('probability'),
    kept: keptAt(ranks, rank) ?? 'yes',
  };
}
