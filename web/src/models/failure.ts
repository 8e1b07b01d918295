import type { FailureCode, FailureValues, PlainFailure } from '../protocol/model-failure';
import type { Reason } from '../protocol/reasons';

export class ModelFailure extends Error implements PlainFailure {
  constructor(
    readonly code: FailureCode,
    readonly values: FailureValues = {},
    override readonly cause?: Reason,
  ) {
    super(`${code} ${JSON.stringify(values)}`);
    this.name = 'ModelFailure';
  }

  plain(): PlainFailure {
    const { code, values, cause } = this;
    return cause ? { code, values, cause } : { code, values };
  }

  /** One that came out of a worker. */
  static of({ code, values, cause }: PlainFailure): ModelFailure {
    return new ModelFailure(code, values, cause);
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
