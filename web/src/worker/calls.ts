/** What serving a call means: a handler for each, and what handlers may know of the server. */
import type { Abi } from '../wasm/abi';
import type { Answer, Arguments, CallName, EngineEvent } from '../protocol/protocol';
import type { LoadedModel } from './loading';
import type { Lane } from './queue';

/** Where a call is served: one of the queue's lanes; `now` takes a few milliseconds at most and touches no session. */
export type Place = 'load' | Lane | 'now';

/** A row a call: where it is served, and what does the work. */
export type Handlers = {
  [K in CallName]: {
    lane: Place;
    run: (args: Arguments<K>, signal: AbortSignal) => Answer<K> | Promise<Answer<K>>;
  };
};

/** What the handlers may know of the server; each rejects with the reason the caller is told. */
export interface ServerState {
  engine(): Promise<Abi>;
  /** The model in use. */
  model(): Promise<{ abi: Abi; loaded: LoadedModel }>;
  /** The same, and the tokens of the finished run, which must be `run` if one is named. */
  run(
    run?: number,
  ): Promise<{ abi: Abi; loaded: LoadedModel; run: number; tokens: number; ids: readonly number[] }>;
  /** Lets newer messages in, and stops when one of them made the work on `loaded` pointless. */
  pause(loaded: LoadedModel, signal: AbortSignal): Promise<void>;
  /** Says something that is no answer. */
  tell(event: EngineEvent): void;
}
