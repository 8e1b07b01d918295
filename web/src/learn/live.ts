import { parseChanges } from '../state/changes';
import type { Answer, Arguments, CallName, ModelInfo, RunResult, Sampling } from '../protocol/protocol';
import type { Live } from './types';

/** Nothing scaled, nothing cut. */
const asItIs: Sampling = { temperature: 1, topK: 0, topP: 1 };
/** Tokens that a changed model is asked for. */
const listed = 10;

interface Sources {
  result: RunResult;
  info: ModelInfo;
  layer: number;
  head: number;
  sampling: Sampling;
  seed: number;
  sweep: Live['sweep'];
  call: <K extends CallName>(name: K, args: Arguments<K>) => Promise<Answer<K>>;
}

/** A run as a step's facts see it. What is asked of a run that is no longer the newest rejects with `stale`. */
export function liveOf({ call, result, info, ...rest }: Sources): Live {
  const { run } = result;
  return {
    ...{ ...rest, run, result, info, call },
    tokens: result.tokens,
    tensor: (name, slice = {}) => call('tensor', { run, name, ...slice }),
    list: (count, { position, ids, sampling = asItIs } = {}) =>
      call('distribution', {
        ...sampling,
        run,
        ranks: [0, Math.min(count, info.vocabulary)],
        ...(position !== undefined && { position }),
        ...(ids && { ids }),
      }),
    changed: (codes, ids) =>
      call('changed', {
        run,
        interventions: parseChanges(codes.join(',')).interventions,
        next: { ...asItIs, count: Math.min(listed, info.vocabulary), around: 0, seed: 42, index: 0 },
        ...(ids && { ids }),
      }),
  };
}
