/** Two prompts beside each other, and one's run with what the other has, place by place (activation patching). */
import type { Abi, Handle } from '../wasm/abi';
import { sessionCompare, sessionLens, sessionPair } from '../wasm/readouts';
import { CallError } from '../protocol/call-error';
import type { Interventions, Pair, PairRequest, PatchCell, PatchRequest } from '../protocol/experiments';
import type { LoadedModel } from './loading';
import { patience } from './queue';
import { comparisonOf, finish, interventionsJson } from './sessions';

/** The second prompt's session, run. */
async function otherOf(
  abi: Abi,
  loaded: LoadedModel,
  ids: readonly number[],
  pause: () => Promise<void>,
): Promise<Handle> {
  const key = ids.join(',');
  if (loaded.other?.ids === key) return loaded.other.session;
  const other = (loaded.other ??= { session: abi.sessionNew(loaded.model), ids: '' });
  other.ids = '';
  abi.sessionStart(other.session, ids);
  await finish(abi, other.session, pause);
  other.ids = key;
  return other.session;
}

/** Null where all are the same. */
export function firstDifference(a: readonly number[], b: readonly number[]): number | null {
  const most = Math.max(a.length, b.length);
  for (let i = 0; i < most; i += 1) if (a[i] !== b[i]) return i;
  return null;
}

/** The target's logit minus the rival's at the last position, and the likeliest. */
function answerOf(abi: Abi, loaded: LoadedModel, session: Handle, { target, rival, top }: PairRequest) {
  const { shape, data } = sessionLens(abi, session, -1, false, top, [target, rival]);
  const columns = shape[1]!;
  const last = data.subarray(data.length - columns);
  const listed = Array.from({ length: top }, (_, i) => {
    const id = last[3 + 2 * i]!;
    return { id, text: loaded.vocabulary.text(id), p: last[4 + 2 * i]! };
  });
  const at = 3 + 2 * top;
  return { listed, lead: last[at]! - last[at + 3]! };
}

export async function pair(
  abi: Abi,
  loaded: LoadedModel,
  a: readonly number[],
  request: PairRequest,
  pause: () => Promise<void>,
): Promise<Pair> {
  const other = await otherOf(abi, loaded, request.ids, pause);
  const [inA, inB] = [loaded.session, other].map((session) => answerOf(abi, loaded, session, request)) as [
    ReturnType<typeof answerOf>,
    ReturnType<typeof answerOf>,
  ];
  const comparison = comparisonOf(abi, loaded.session, other, request.target, request.rival);
  return {
    a: inA.lead,
    b: inB.lead,
    klNats: comparison?.klNats ?? Infinity,
    topA: inA.listed,
    topB: inB.listed,
    tokensB: request.ids.map((id) => ({ id, text: loaded.vocabulary.text(id) })),
    first: firstDifference(a, request.ids),
  };
}

/** Layers from coarse to fine: first one in each third, then all between. */
export function coarseFirst(layers: number): number[] {
  const coarse = [Math.floor(layers / 6), Math.floor(layers / 2), Math.floor((5 * layers) / 6)];
  const all = Array.from({ length: layers }, (_, layer) => layer);
  return [...new Set([...coarse.filter((layer) => layer < layers), ...all])];
}

/** What a cell puts in: of every token from the first that differs on for a head, else of one. */
function change(
  { site }: PatchRequest,
  layer: number,
  column: number,
  first: number,
  tokens: number,
): Interventions {
  if (site !== 'z') return { patches: [{ layer, token: column, site }] };
  const all = Array.from({ length: tokens - first }, (_, i) => first + i);
  return { patches: all.map((token) => ({ layer, token, site, head: column })) };
}

export async function patch(
  abi: Abi,
  loaded: LoadedModel,
  a: readonly number[],
  request: PatchRequest,
  pause: () => Promise<void>,
  tell: (cells: PatchCell[]) => void,
): Promise<number> {
  const { ids: b, site, direction, target, rival } = request;
  const first = firstDifference(a, b);
  if (a.length !== b.length || first === null)
    throw new CallError(
      'input',
      first === null
        ? 'The two prompts are the same tokens; patching wants two that differ.'
        : `The prompts have ${a.length} and ${b.length} tokens; patching wants the same number: change a word for one of as many tokens.`,
    );
  const other = await otherOf(abi, loaded, b, pause);
  const noise = direction === 'noise';
  const [into, from] = noise ? [loaded.session, other] : [other, loaded.session];
  const deltaOf = (one: Handle, two: Handle) => sessionCompare(abi, one, two, target, rival)[1] ?? 0;
  const range = deltaOf(other, loaded.session);
  const session = abi.sessionNew(loaded.model);
  try {
    sessionPair(abi, session, from);
    const { layers, heads } = loaded.info;
    const columns = site === 'z' ? heads : a.length;
    let cells: PatchCell[] = [];
    let since = performance.now();
    const flush = () => {
      if (cells.length > 0) tell(cells);
      cells = [];
    };
    let done = 0;
    for (const layer of coarseFirst(layers)) {
      for (let column = site === 'z' ? 0 : first; column < columns; column += 1) {
        const interventions = change(request, layer, column, first, a.length);
        abi.sessionStart(session, noise ? a : b, interventionsJson(interventions));
        await finish(abi, session, pause);
        const found = comparisonOf(abi, into, session, target, rival);
        const delta = found ? found.deltaDifference : null;
        const restored = delta === null || range === 0 ? null : (noise ? range + delta : delta) / range;
        cells.push({ layer, column, restored });
        done += 1;
        if (performance.now() - since < patience) continue;
        flush();
        await pause();
        since = performance.now();
      }
    }
    flush();
    return done;
  } finally {
    abi.sessionFree(session);
  }
}
