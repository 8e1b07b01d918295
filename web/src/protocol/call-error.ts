/** Why a call failed, as the worker and what it reads throw it. */
import type { Failure } from './protocol';
import type { Reason } from './reasons';

export class CallError extends Error {
  constructor(
    readonly code: Failure['code'],
    message: string,
    readonly reason?: Reason,
  ) {
    super(message);
    this.name = 'CallError';
  }
}

export const superseded = () =>
  new CallError('superseded', 'A newer request has taken the place of this one.');
export const cancelled = () => new CallError('cancelled', 'Cancelled.');
export const stale = () =>
  new CallError('stale', 'This belongs to an earlier run; ask again for the present one.');
