/** Why a call failed, on the worker's side, and how that becomes the plain object the page is told. */
import { EngineMismatch, EngineRefusal, EngineTrap } from './abi';
import type { Failure } from './protocol';
import { type Reason, reason } from './reasons';

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

/** Reasons that speak of memory, not of the input. */
const ofMemory: readonly Reason['code'][] = ['memory_model', 'memory_run', 'memory_tensor', 'engine_memory'];

export function toFailure(error: unknown): Failure {
  if (error instanceof CallError) return failure(error.code, error.message, error.reason);
  if (error instanceof EngineRefusal)
    return failure(ofMemory.includes(error.reason.code) ? 'memory' : 'input', error.message, error.reason);
  if (error instanceof EngineTrap) return failure('crashed', error.message, error.reason);
  if (error instanceof EngineMismatch) return failure('internal', error.message, reason('engine_outdated'));
  if (error instanceof DOMException && error.name === 'AbortError') return failure('cancelled', 'Cancelled.');
  return failure('internal', error instanceof Error ? error.message : String(error));
}

const failure = (code: Failure['code'], message: string, why?: Reason): Failure =>
  why ? { code, message, reason: why } : { code, message };
