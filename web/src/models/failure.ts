/**
 * Why a model could not be had. The code picks a sentence of the catalogues (`models.failure.<code>`), the values
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
  | 'answer'
  | 'length'
  | 'hash'
  | 'changed'
  | 'repositoryName'
  | 'noConfig'
  | 'badConfig'
  | 'architecture'
  | 'noWeights'
  | 'onlyPickle'
  | 'weights'
  | 'tokenizer'
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
}

export class ModelFailure extends Error implements PlainFailure {
  constructor(
    readonly code: FailureCode,
    readonly values: FailureValues = {},
  ) {
    super(`${code} ${JSON.stringify(values)}`);
    this.name = 'ModelFailure';
  }

  plain(): PlainFailure {
    return { code: this.code, values: this.values };
  }

  /** Whatever was thrown, as a failure the page can put into words. */
  static from(error: unknown): ModelFailure {
    if (error instanceof ModelFailure) return error;
    if (error instanceof DOMException && error.name === 'AbortError') return new ModelFailure('cancelled');
    if (error instanceof DOMException && error.name === 'QuotaExceededError')
      return new ModelFailure('quota');
    return new ModelFailure('crashed', { detail: error instanceof Error ? error.message : String(error) });
  }
}

export function isFailure(error: unknown, ...codes: FailureCode[]): error is ModelFailure {
  return error instanceof ModelFailure && (codes.length === 0 || codes.includes(error.code));
}
