/** Rows of numbers from the engine, as the tokens and scores they mean. */
import type { Abi, Handle } from '../wasm/abi';
import { rankColumns, type Candidate, type Surprise } from '../protocol/protocol';
import type { Vocabulary } from './vocabulary';

interface Ranked {
  session: Handle;
  vocabulary: Vocabulary;
}

const columns = rankColumns.length;

function rowsOf(data: Float32Array): number[][] {
  return Array.from({ length: data.length / columns }, (_, row) =>
    Array.from(data.subarray(columns * row, columns * (row + 1))),
  );
}

const kept = ['yes', 'k', 'p'] as const;

/** Ranks [begin, end) of the distribution last made. */
export function candidates(
  abi: Abi,
  { session, vocabulary }: Ranked,
  begin: number,
  end: number,
): Candidate[] {
  return rowsOf(abi.sessionCandidates(session, begin, end).data).map((row, index) => {
    const [id = 0, logit = 0, tempered = 0, raw = 0, scaled = 0, probability = 0, cut = 0] = row;
    return {
      rank: begin + index,
      id,
      text: vocabulary.text(id),
      logit,
      tempered,
      raw,
      scaled,
      probability,
      kept: kept[cut] ?? 'yes',
    };
  });
}

/** The same as they are, one block [begin, end) after the other: [ranks, 7]. */
export function rankRows(abi: Abi, { session }: Ranked, blocks: readonly [number, number][]): Float32Array {
  const rows = new Float32Array(columns * blocks.reduce((sum, [begin, end]) => sum + end - begin, 0));
  let at = 0;
  for (const [begin, end] of blocks) {
    const { data } = abi.sessionCandidates(session, begin, end);
    rows.set(data, at);
    at += data.length;
  }
  return rows;
}

/** What the tokens at ranks [begin, end) are called. */
export function rankTexts(
  abi: Abi,
  { session, vocabulary }: Ranked,
  [begin, end]: readonly [number, number],
): string[] {
  const { data } = abi.sessionCandidates(session, begin, end);
  return Array.from({ length: end - begin }, (_, row) => vocabulary.text(data[columns * row]!));
}

/** Positions [begin, end). Plain softmax: temperature 1, nothing cut. */
export function surprises(abi: Abi, { session, vocabulary }: Ranked, begin: number, end: number): Surprise[] {
  const candidate = (id: number, logit: number, p: number, rank: number): Candidate => ({
    ...{ rank, id, text: vocabulary.text(id), logit, tempered: logit },
    ...{ raw: p, scaled: p, probability: p, kept: 'yes' },
  });
  return rowsOf(abi.sessionSurprise(session, begin, end).data).map((row, index) => {
    const [bestId = 0, bestLogit = 0, bestP = 0, id = -1, logit = 0, p = 0, rank = 0] = row;
    const surprise = { position: begin + index, best: candidate(bestId, bestLogit, bestP, 0) };
    return id < 0 ? surprise : { ...surprise, actual: candidate(id, logit, p, rank) };
  });
}

/** Ids of the `count` largest (sign 1) or smallest (-1) numbers, the most extreme first, ties by id. */
export function extremes(numbers: Float32Array, count: number, sign: 1 | -1): number[] {
  const best: { id: number; value: number }[] = [];
  numbers.forEach((number, id) => {
    const value = sign * number;
    const last = best[count - 1];
    if (count <= 0 || (last && !(value > last.value))) return;
    let place = best.length;
    while (place > 0 && value > best[place - 1]!.value) place--;
    best.splice(place, 0, { id, value });
    best.length = Math.min(best.length, count);
  });
  return best.map(({ id }) => id);
}
