/** Why a call failed, on the worker's side, and how that becomes the plain object the page is told. */
import { EngineRefusal, EngineTrap } from './abi';
import type { Failure } from './protocol';

export class CallError extends Error {
  constructor(
    readonly code: Failure['code'],
    message: string,
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

export function toFailure(reason: unknown): Failure {
  if (reason instanceof CallError) return { code: reason.code, message: reason.message };
  if (reason instanceof EngineRefusal) {
    // The interface has no codes; these are the two sentences that speak of memory (engine/loader.cpp, abi.ts).
    const code = /^(The engine has )?no memory for/.test(reason.message) ? 'memory' : 'input';
    return { code, message: reason.message };
  }
  if (reason instanceof EngineTrap) return { code: 'crashed', message: reason.message };
  if (reason instanceof DOMException && reason.name === 'AbortError')
    return { code: 'cancelled', message: 'Cancelled.' };
  return { code: 'internal', message: reason instanceof Error ? reason.message : String(reason) };
}
