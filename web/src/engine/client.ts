/** The page's end of the worker: typed calls, cancellation, and a new worker when one dies. */
import type { Answer, Arguments, CallName, EngineEvent, Failure } from './protocol';

export class EngineError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'EngineError';
  }
}

export interface EngineClientOptions {
  onEvent?: (event: EngineEvent) => void;
  /** Called when the worker died; the client has already replaced it and must be given a model again. */
  onCrash?: (failure: Failure) => void;
}

export interface Engine {
  call<K extends CallName>(name: K, args: Arguments<K>, signal?: AbortSignal): Promise<Answer<K>>;
  dispose(): void;
}

export declare function createEngine(options?: EngineClientOptions): Engine;
