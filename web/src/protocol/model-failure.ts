import type { Reason } from './reasons';

/**
 * Why a model cannot be had. The code picks a sentence of the catalogues (`models.failure.<code>`), the values
 * fill its gaps, so that the same failure reads well in every language and survives the way out of a worker.
 */
export type FailureCode =
  | 'offline'
  | 'unreachable'
  | 'unreadable'
  | 'cors'
  | 'noRepository'
  | 'noRevision'
  | 'noFile'
  | 'gated'
  | 'forbidden'
  | 'tooMany'
  | 'server'
  | 'interrupted'
  | 'stalled'
  | 'endless'
  | 'answer'
  | 'length'
  | 'hash'
  | 'changed'
  | 'repositoryName'
  | 'nothingChosen'
  | 'noConfig'
  | 'badConfig'
  | 'architecture'
  | 'noWeights'
  | 'severalWeights'
  | 'onlyPickle'
  | 'foreign'
  | 'weights'
  | 'tokenizer'
  | 'tiedAsHead'
  | 'untied'
  | 'badIndex'
  | 'missingShard'
  | 'otherFile'
  | 'tooLarge'
  | 'quota'
  | 'busy'
  | 'gone'
  | 'damaged'
  | 'inUse'
  | 'cancelled'
  | 'crashed';

/** What is kept of a model that was cancelled (`cancelled`'s value `left`): some of its bytes unless that is said. */
export type Leftover = 'part' | 'whole' | 'nothing';

export type FailureValues = Record<string, string | number>;

export interface PlainFailure {
  code: FailureCode;
  values: FailureValues;
  /** What the engine found at fault, where it was the engine that refused. */
  cause?: Reason;
}
