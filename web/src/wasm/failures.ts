/** What was thrown, as the plain object that the page is told. */
import { EngineMismatch, EngineRefusal, EngineTrap } from './abi';
import type { Failure } from '../protocol/protocol';
import { CallError } from '../protocol/call-error';
import { type Reason, reason } from '../protocol/reasons';

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
