/** What follows a token of a finished run: ranked, cut by the settings, and drawn from. */
import type { Abi } from '../wasm/abi';
import type { LoadedModel } from './loading';
import type {
  Distribution,
  DistributionRequest,
  Draw,
  Next,
  NextRequest,
  Sampling,
} from '../protocol/protocol';
import { candidates } from './scores';

/** What follows the last token of the run that has just been finished. */
export function nextOf(abi: Abi, loaded: LoadedModel, run: number, request: NextRequest): Next {
  const { count, around, seed, index } = request;
  return {
    distribution: distribution(abi, loaded, { ...request, run, ranks: [0, count], around }),
    draw: draw(abi, loaded, { seed, index }),
  };
}

export function distribution(abi: Abi, loaded: LoadedModel, request: DistributionRequest): Distribution {
  const summary = summarise(abi, loaded, request, request.position);
  const between = (begin: number, end: number) => candidates(abi, loaded, ...within([begin, end], summary));
  const asked = (request.ids ?? []).flatMap((id) => {
    const rank = abi.sessionRankOf(loaded.session, id);
    return candidates(abi, loaded, rank, rank + 1);
  });
  const cut = summary.keptByP - 1;
  const edge = request.around ? between(cut, cut + request.around) : [];
  return { ...summary, candidates: between(...request.ranks), asked, edge };
}

/** Ranks [begin, end) that there are. */
export function within(
  [begin, end]: readonly [number, number],
  { vocabulary }: { vocabulary: number },
): [number, number] {
  const first = Math.min(Math.max(begin, 0), vocabulary);
  return [first, Math.min(Math.max(end, first), vocabulary)];
}

interface Summary extends Sampling {
  run: number;
  position: number;
  told: ReturnType<Abi['sessionDistribute']>;
}

/** What each model's session has ranked and distributed last: one screen asks about the same several times. */
const summaries = new WeakMap<LoadedModel, Summary>();

/** Ranks a position's tokens and applies the settings to them; what is asked for next is about these. */
export function summarise(abi: Abi, loaded: LoadedModel, request: Sampling & { run: number }, position = -1) {
  const { run, temperature, topK, topP } = request;
  const before = summaries.get(loaded);
  const ranked = before?.run === run && before.position === position;
  if (ranked && before.temperature === temperature && before.topK === topK && before.topP === topP)
    return before.told;
  // Until both are done: the engine may refuse either.
  summaries.delete(loaded);
  if (!ranked) abi.sessionRank(loaded.session, position);
  const told = abi.sessionDistribute(loaded.session, temperature, topK, topP);
  summaries.set(loaded, { run, position, temperature, topK, topP, told });
  return told;
}

/** A token of the distribution last made. */
export function draw(abi: Abi, loaded: LoadedModel, { seed, index }: { seed: number; index: number }): Draw {
  const drawn = abi.sessionDraw(loaded.session, seed, index);
  return { ...drawn, text: loaded.vocabulary.text(drawn.id) };
}
