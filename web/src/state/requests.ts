/** What is typed, as a run is asked for it, and what may come of that. */
import type { Distribution, Failure, ModelInfo, Reading, RunRequest, Sampling } from '../protocol/protocol';
import { parseIds } from './ids';

/** A list of ids that is none. */
export interface WrongIds {
  code: 'ids';
  message: string;
}

/** What can be wrong with a run: the engine's failures, and a list of ids that is none. */
export type Problem = Failure | WrongIds;

/** What comes next by the settings it was asked under. */
export interface NextTokens {
  run: number;
  sampling: Sampling;
  distribution: Distribution;
}

/** What can be read so: a model without a document mark begins with none, and ids are read as they are. */
export function readingOf({ special, mark }: Reading, model: Pick<ModelInfo, 'documentMark'>): Reading {
  return { ...(special && { special }), ...(mark && model.documentMark >= 0 && { mark }) };
}

/** The request for a prompt and ids generated after it; null where there is nothing to run. */
export function requestOf(
  prompt: string,
  generated: number[],
  model: Pick<ModelInfo, 'hasTokenizer' | 'documentMark'>,
  asked: Reading = {},
): RunRequest | WrongIds | null {
  const appended = generated.length ? generated : undefined;
  if (model.hasTokenizer) {
    const reading = readingOf(asked, model);
    if (!prompt && !appended && !reading.mark) return null;
    return { prompt, appended, ...((reading.special || reading.mark) && { reading }) };
  }
  if (!prompt.trim()) return null;
  const ids = parseIds(prompt);
  if (typeof ids === 'string') return { code: 'ids', message: ids };
  return { prompt: '', ids: [...ids, ...generated] };
}
