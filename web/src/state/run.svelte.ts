import { tick } from 'svelte';
import type {
  Failure,
  ModelInfo,
  RunRequest,
  RunResult,
  Tensor,
  TensorRequest,
  TokenInfo,
} from '../engine/protocol';
import { failureOf, isDropped, type EngineState } from './engine.svelte';
import { TensorCache } from './cache';
import { parseIds } from './ids';

export type RunStatus = 'loading' | 'computing' | 'ready' | 'failed';

/** What can be wrong with a run: the engine's failures, and a list of ids that is none. */
export type Problem = Failure | { code: 'ids'; message: string };

/** A tensor of the current run: the protocol's request without the run, which is added when it is sent. */
export type Slice = Omit<TensorRequest, 'run' | 'name'>;

interface Snapshot {
  prompt: string;
  appended: number[];
  tail: Uint8Array[];
}

/**
 * What is typed and what the engine answered. Each change starts a run at once and supersedes the one before; the
 * last good answer stays on screen until the next has come.
 */
export class RunState {
  /** The text, without what was generated. */
  prompt = $state('');
  /** Ids generated after the prompt. */
  appended = $state.raw<number[]>([]);
  /** Bytes of the appended ids, as far as they are known. */
  tail = $state.raw<Uint8Array[]>([]);
  /** The last good answer, also while a newer one is being computed; null before the first and for an empty prompt. */
  result = $state.raw<RunResult | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** What the text box shows. */
  text = $derived(this.prompt + decode(this.tail));
  tokens = $derived<TokenInfo[]>(this.result?.tokens ?? []);
  /** Id of the run on screen, or -1. */
  run = $derived(this.result?.run ?? -1);
  status = $derived.by<RunStatus>(() => this.#judge());

  /** Called after each good run, before the views have pulled. */
  onresult: (result: RunResult) => void = () => {};

  #engine: EngineState;
  #computing = $state(false);
  #pending = $state(0);
  /** The run whose views have had the chance to ask for their tensors. */
  #flushed = $state(-1);
  #abort: AbortController | null = null;
  /** The model that gave the result on screen. */
  #shown = $state.raw<ModelInfo | null>(null);
  #cache = new TensorCache();
  #undo: Snapshot[] = [];
  undoable = $state(0);
  #waiting: (() => void)[] = [];

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  /** The model in use; while a crashed engine is started again, the one that is on screen. */
  get info(): ModelInfo | null {
    return this.#engine.info ?? (this.result ? this.#shown : null);
  }

  /** The text was edited: what had been generated is now simply text. */
  type(text: string): void {
    if (text === this.text) return;
    this.prompt = text;
    this.appended = [];
    this.tail = [];
    void this.restart();
  }

  /** Replaces the prompt in a way that Undo takes back. */
  replace(prompt: string, appended: number[] = []): Promise<void> {
    this.remember();
    return this.restore(prompt, appended);
  }

  /** Sets prompt and generated ids, as a link says. */
  restore(prompt: string, appended: number[] = []): Promise<void> {
    this.prompt = prompt;
    this.appended = appended;
    this.tail = [];
    return this.restart();
  }

  append(id: number): Promise<void> {
    this.appended = [...this.appended, id];
    return this.restart();
  }

  /** Notes what Undo goes back to. */
  remember(): void {
    this.#undo.push({ prompt: this.prompt, appended: this.appended, tail: this.tail });
    if (this.#undo.length > 100) this.#undo.shift();
    this.undoable = this.#undo.length;
  }

  undo(): Promise<void> {
    const last = this.#undo.pop();
    this.undoable = this.#undo.length;
    if (!last) return Promise.resolve();
    ({ prompt: this.prompt, appended: this.appended, tail: this.tail } = last);
    return this.restart();
  }

  /** Runs what is typed; resolves when its answer, a newer request or a failure has come. */
  async restart(): Promise<void> {
    this.#abort?.abort();
    this.#abort = null;
    const info = this.#engine.info;
    if (!info) return;
    const request = this.#request(info.hasTokenizer);
    if (request === null || 'message' in request) {
      this.#computing = false;
      this.problem = request;
      if (request === null) this.result = null;
      this.#release();
      return;
    }
    const attempt = new AbortController();
    this.#abort = attempt;
    this.#computing = true;
    try {
      const result = await this.#engine.call('run', request, attempt.signal);
      if (attempt.signal.aborted) return;
      await this.#accept(result);
    } catch (error) {
      if (attempt.signal.aborted) return;
      const failure = failureOf(error);
      this.#computing = false;
      if (!isDropped(failure)) this.problem = failure;
      this.#release();
    }
  }

  /**
   * A tensor of the run on screen, from the cache if it was pulled before. Rejects with `stale` when a newer run has
   * come meanwhile; one that nobody waits for any more, as `signal` says, is not computed.
   */
  tensor(name: string, slice: Slice = {}, signal?: AbortSignal): Promise<Tensor> {
    const run = this.run;
    const pull = (dropped: AbortSignal) =>
      this.track(this.#engine.call('tensor', { run, name, ...slice }, dropped));
    return this.#cache.get(run, name, slice, pull, signal);
  }

  /** Counts a pull as part of what is on screen until it has been answered. */
  async track<T>(pull: Promise<T>): Promise<T> {
    this.#pending += 1;
    try {
      return await pull;
    } finally {
      this.#pending -= 1;
      this.#release();
    }
  }

  /** Resolves when what is on screen answers what is typed, or has failed. */
  async settled(): Promise<void> {
    // An answer can make a view ask for more: each time the views have had their turn it is looked at again.
    const busy = () => this.status === 'computing';
    for (;;) {
      while (busy()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      await tick();
      if (!busy()) return;
    }
  }

  async #accept(result: RunResult): Promise<void> {
    this.#engine.healthy();
    this.#cache.reset(result.run);
    this.#shown = this.#engine.info;
    this.result = result;
    this.problem = null;
    const { length } = this.appended;
    this.tail = length ? result.tokens.slice(-length).map((token) => token.bytes) : [];
    this.onresult(result);
    // The views ask for their tensors when they are flushed; until then "ready" would be early.
    await tick();
    if (this.result !== result) return;
    this.#flushed = result.run;
    this.#computing = false;
    this.#release();
  }

  #request(hasTokenizer: boolean): RunRequest | Problem | null {
    const appended = this.appended.length ? this.appended : undefined;
    if (hasTokenizer) return this.prompt || appended ? { prompt: this.prompt, appended } : null;
    if (!this.prompt.trim()) return null;
    const ids = parseIds(this.prompt);
    if (typeof ids === 'string') return { code: 'ids', message: ids };
    return { prompt: '', ids: [...ids, ...this.appended] };
  }

  #judge(): RunStatus {
    if (this.#engine.phase.kind === 'failed' && !this.#engine.info) return 'failed';
    if (!this.#engine.info) return 'loading';
    if (this.problem) return 'failed';
    if (this.#computing || this.#pending > 0) return 'computing';
    return this.result && this.#flushed !== this.result.run ? 'computing' : 'ready';
  }

  #release(): void {
    if (this.status === 'computing') return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Token bytes joined, so that characters split over tokens come out whole. */
export function decode(parts: Uint8Array[]): string {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new TextDecoder().decode(joined);
}
