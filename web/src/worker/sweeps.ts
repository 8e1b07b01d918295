/** Sweeps: one part changed after the other, each compared with the run on screen. */
import type { Abi } from '../wasm/abi';
import { sessionMeans, sessionUseMeans } from '../wasm/readouts';
import type { Interventions, SweepCell, SweepRequest } from '../protocol/experiments';
import type { LoadedModel } from './loading';
import { patience } from './queue';
import { comparisonOf, finish, interventionsJson } from './sessions';

/** Rows of W_E read at a time: about a millisecond. */
const rowsAtOnce = 1024;

/** The mean of all tokens' embeddings, [C]; computed once a model. */
async function averageEmbedding(
  abi: Abi,
  loaded: LoadedModel,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  if (loaded.average) return loaded.average;
  const { width, vocabulary } = loaded.info;
  const sum = new Float64Array(width);
  for (let begin = 0; begin < vocabulary; begin += rowsAtOnce) {
    const end = Math.min(vocabulary, begin + rowsAtOnce);
    const { data } = abi.modelWeight(loaded.model, 'wte.weight', begin, end);
    for (let i = 0; i < data.length; i += 1) sum[i % width]! += data[i]!;
    await pause();
  }
  return (loaded.average = Float32Array.from(sum, (total) => total / vocabulary));
}

/** The token becomes the average one, and keeps its place. */
function averaged(abi: Abi, loaded: LoadedModel, average: Float32Array, token: number): Interventions {
  const { data } = abi.modelWeight(loaded.model, 'wpe.weight', token, token + 1);
  return { patches: [{ layer: 0, token, values: average.map((value, c) => value + data[c]!) }] };
}

/** The cells of a sweep: where each is, and what it changes. */
export function sweepPlan(
  { over, at, by }: Pick<SweepRequest, 'over' | 'at' | 'by'>,
  { layers, heads }: { layers: number; heads: number },
  tokens: number,
): { layer: number; index: number; interventions: Interventions }[] {
  const from = at === 'last' ? tokens - 1 : 0;
  const each = (count: number) => Array.from({ length: count }, (_, index) => index);
  switch (over) {
    case 'heads':
      return each(layers).flatMap((layer) =>
        each(heads).map((head) => ({
          ...{ layer, index: head },
          interventions: {
            heads: [{ layer, head, from, ...(by === 'mean' ? { mean: true } : { scale: 0 }) }],
          },
        })),
      );
    case 'blocks':
      return each(layers).flatMap((layer) =>
        (['skipAttention', 'skipMlp', 'skipLayer'] as const).map((kind, index) => ({
          ...{ layer, index },
          interventions: { [kind]: [{ layer, from }] },
        })),
      );
    case 'looks':
      return each(tokens).map((key) => ({
        ...{ layer: 0, index: key },
        interventions: {
          cutEdges: each(layers).map((layer) => ({ layer, head: -1, query: tokens - 1, key })),
        },
      }));
    case 'words':
      return each(tokens).map((token) => ({ layer: 0, index: token, interventions: {} }));
    case 'depth':
      return each(layers).map((kept) => ({
        ...{ layer: kept, index: 0 },
        interventions: { skipLayer: each(layers - kept).map((beyond) => ({ layer: kept + beyond, from })) },
      }));
  }
}

export async function sweep(
  abi: Abi,
  loaded: LoadedModel,
  ids: readonly number[],
  request: SweepRequest,
  pause: () => Promise<void>,
  tell: (cells: SweepCell[]) => void,
): Promise<number> {
  const plan = sweepPlan(request, loaded.info, ids.length);
  const session = abi.sessionNew(loaded.model);
  try {
    if (request.by === 'mean') sessionUseMeans(abi, session, sessionMeans(abi, loaded.session).data);
    const average = request.over === 'words' ? await averageEmbedding(abi, loaded, pause) : null;
    let cells: SweepCell[] = [];
    let since = performance.now();
    const flush = () => {
      if (cells.length > 0) tell(cells);
      cells = [];
    };
    for (const { layer, index, interventions } of plan) {
      const change = average ? averaged(abi, loaded, average, index) : interventions;
      abi.sessionStart(session, ids, interventionsJson(change));
      await finish(abi, session, pause);
      const found = comparisonOf(abi, loaded.session, session, request.target, request.rival);
      const effect = found && {
        deltaLogit: found.deltaLogit,
        deltaDifference: found.deltaDifference,
        p: found.after.p,
        klNats: found.klNats,
        first: found.after.first,
      };
      cells.push({ layer, index, effect: effect ?? null });
      if (performance.now() - since < patience) continue;
      flush();
      await pause();
      since = performance.now();
    }
    flush();
    return plan.length;
  } finally {
    abi.sessionFree(session);
  }
}
