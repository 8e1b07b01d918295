/** The standard test of heads: random tokens said twice, so that only their order can tell what comes next. */
import type { Abi, Handle } from '../wasm/abi';
import type { HeadScores } from '../protocol/experiments';
import type { LoadedModel } from './loading';
import { finish } from './sessions';

const sequences = 4;
const longest = 50;

/** Ids from [100, min(20,000, V)), from all where V is smaller, by the engine's own generator. */
function randomIds(
  abi: Abi,
  session: Handle,
  vocabulary: number,
  seed: number,
  index: number,
  length: number,
) {
  const least = vocabulary > 200 ? 100 : 0;
  const most = Math.min(20_000, vocabulary);
  const once = Array.from({ length }, (_, i) => {
    const { u } = abi.sessionDraw(session, seed, index * length + i);
    return least + Math.floor(u * (most - least));
  });
  return [...once, ...once];
}

interface Sums extends Required<HeadScores> {
  rows: number;
}

/** Adds the rows of a head's pattern [T, T] whose tokens repeat after `period`. */
function addPattern(sum: Sums, pattern: Float32Array, tokens: number, period: number): void {
  for (let query = 1; query < tokens; query += 1) {
    const row = pattern.subarray(query * tokens, query * tokens + query + 1);
    sum.rows += 1;
    sum.previous += row[query - 1]!;
    sum.first += row[0]!;
    sum.self += row[query]!;
    let entropy = 0;
    for (const weight of row) if (weight > 0) entropy -= weight * Math.log(weight);
    sum.broad += entropy / Math.log(query + 1);
    if (query < period) continue;
    sum.repeats += 1;
    sum.duplicate += row[query - period]!;
    if (period > 1) sum.induction += row[query - period + 1]!;
  }
}

const finished = ({ rows, repeats, ...sums }: Sums): HeadScores => ({
  previous: sums.previous / rows,
  first: sums.first / rows,
  self: sums.self / rows,
  broad: sums.broad / rows,
  duplicate: sums.duplicate / Math.max(1, repeats),
  induction: sums.induction / Math.max(1, repeats),
  repeats,
});

/** [L][H]. */
export async function headTest(
  abi: Abi,
  loaded: LoadedModel,
  seed: number,
  pause: () => Promise<void>,
): Promise<HeadScores[][]> {
  const { layers, heads, vocabulary, context } = loaded.info;
  const length = Math.min(longest, Math.floor(context / 2));
  const session = abi.sessionNew(loaded.model);
  try {
    // The generator is asked through a draw, and a draw wants something to draw from.
    abi.sessionStart(session, [0]);
    await finish(abi, session, pause);
    abi.sessionRank(session, 0);
    abi.sessionDistribute(session, 1, 0, 1);
    const all = Array.from({ length: sequences }, (_, index) =>
      randomIds(abi, session, vocabulary, seed, index, length),
    );
    const sums = Array.from({ length: layers }, () =>
      Array.from({ length: heads }, (): Sums => ({
        ...{ previous: 0, first: 0, self: 0, duplicate: 0, induction: 0, broad: 0, repeats: 0, rows: 0 },
      })),
    );
    for (const ids of all) {
      abi.sessionStart(session, ids);
      await finish(abi, session, pause);
      for (let layer = 0; layer < layers; layer += 1) {
        const { data } = abi.sessionTensor(session, `blocks.${layer}.attn.hook_pattern`);
        const size = ids.length * ids.length;
        for (let head = 0; head < heads; head += 1)
          addPattern(sums[layer]![head]!, data.subarray(head * size, (head + 1) * size), ids.length, length);
        await pause();
      }
    }
    return sums.map((row) => row.map(finished));
  } finally {
    abi.sessionFree(session);
  }
}
