/** Runs beside the one on screen: the same tokens in a changed model, each kept in a session of its own. */
import type { Abi, Handle } from '../wasm/abi';
import { sessionPair } from '../wasm/readouts';
import { CallError, stale } from '../protocol/call-error';
import type { Beside, Changed, ChangedRequest, ComparedWord, Of } from '../protocol/experiments';
import type { Next, NextRequest } from '../protocol/next';
import { reason } from '../protocol/reasons';
import type { LoadedModel, RunBeside } from './loading';
import { distribution, nextOf } from './next';
import { comparisonOf, finish, interventionsJson, located } from './sessions';

/** The model with the session that a question is about. */
export function modelOf(loaded: LoadedModel, run: number, of: Of = 'base'): LoadedModel {
  if (of === 'base') return loaded;
  const found = loaded.beside?.[of];
  if (found?.run === run) return found.model;
  // It is being computed for another question.
  if (found?.run === -1) throw stale();
  throw new CallError(
    'input',
    'There is no changed run beside this one: change the model first.',
    reason('no_run'),
  );
}

export async function runChanged(
  abi: Abi,
  loaded: LoadedModel,
  ids: readonly number[],
  request: ChangedRequest,
  pause: () => Promise<void>,
): Promise<Changed> {
  const { run, target, rival, next, listed, locate } = request;
  const beside = besideOf(abi, loaded, request.as);
  const { session } = beside;
  const asked = interventionsJson(request.interventions);
  const known = `${ids.join()} ${asked}`;
  let started = { tokens: ids.length, reused: ids.length };
  let milliseconds = 0;
  // What is the same already stays: other settings of the next token ask for no other run.
  if (beside.run !== run || beside.asked !== known) {
    Object.assign(beside, { run: -1, asked: '', model: { ...loaded, session } });
    sessionPair(abi, session, loaded.session);
    started = abi.sessionStart(session, ids, asked);
    milliseconds = await finish(abi, session, pause);
    Object.assign(beside, { run, asked: known });
  }
  const comparison = comparisonOf(abi, loaded.session, session, target, rival);
  return {
    ...started,
    milliseconds,
    ...(locate && { differs: located(abi, loaded.session, session) }),
    overflow: !comparison,
    ...(comparison ? { comparison } : { broken: brokenIn(abi, session, loaded.info.layers) }),
    ...(comparison && next && answered(abi, loaded, beside.model, { run, next, listed })),
  };
}

function besideOf(abi: Abi, loaded: LoadedModel, as: Beside = 'changed'): RunBeside {
  return ((loaded.beside ??= {})[as] ??= {
    session: abi.sessionNew(loaded.model),
    run: -1,
    asked: '',
    model: loaded,
  });
}

/** What comes next in the changed model, and each token that a list names in both. */
function answered(
  abi: Abi,
  base: LoadedModel,
  changed: LoadedModel,
  { run, next, listed = [] }: { run: number; next: NextRequest; listed?: readonly number[] },
): { next: Next; words: ComparedWord[] } {
  const told = nextOf(abi, changed, run, next);
  const ids = [...new Set([...listed, ...told.distribution.candidates.map(({ id }) => id)])];
  const of = (model: LoadedModel) =>
    distribution(abi, model, { ...next, run, ranks: [0, 0], around: 0, ids }).asked;
  const [before, after] = [of(base), of(changed)];
  return { next: told, words: before.map((word, i) => ({ before: word, after: after[i]! })) };
}

/** The first stretch of the stream that holds a number that is not finite; else the logits do. */
function brokenIn(abi: Abi, session: Handle, layers: number): string {
  for (let layer = 0; layer < layers; layer += 1)
    for (const part of ['hook_resid_mid', 'hook_resid_post']) {
      const name = `blocks.${layer}.${part}`;
      if (!abi.sessionTensor(session, name).data.every(Number.isFinite)) return name;
    }
  return 'logits';
}
