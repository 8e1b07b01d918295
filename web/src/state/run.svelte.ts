import { tick } from 'svelte';
import type {
  ModelInfo,
  NextRequest,
  RunRequest,
  RunResult,
  Screen,
  Tensor,
  TokenInfo,
} from '../protocol/protocol';
import { failureOf, isDropped, type EngineState } from './engine.svelte';
import { TensorCache, type Asked, type Slice } from './cache';
import { decode } from './decode';
import { inTime } from './in-time';
import { painted } from './painted';
import { requestOf, type NextTokens, type Problem } from './requests';
import { UndoStack } from './undo.svelte';

export type RunStatus = 'loading' | 'computing' | 'ready' | 'failed';

/** Longest that a new answer waits for the tensors of its picture, ms, so that both are drawn in one go. */
const patience = 50;
/** Longest that the picture stays as it is because each answer is overtaken by a newer one, ms. */
const standstill = 100;

interface Snapshot {
  prompt: string;
  appended: number[];
  tail: Uint8Array[];
}

/**
 * What is typed and what the engine answered. Each change starts a run at once and supersedes the one before; the
 * last good answer stays on screen until the next has come. An answer comes in two steps: the next token in the very
 * next frame, because it is what a keystroke is about; then the picture, once, with the tensors it shows.
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
  /** What comes next, of the newest answer: the one on screen, or the one whose picture is being drawn. */
  next = $state.raw<NextTokens | null>(null);
  /** What the text box shows. */
  text = $derived(this.prompt + decode(this.tail));
  tokens = $derived<TokenInfo[]>(this.result?.tokens ?? []);
  /** Id of the run on screen, or -1. */
  run = $derived(this.result?.run ?? -1);
  status = $derived.by<RunStatus>(() => this.#judge());
  /** The newest good answer, while its picture is not on screen yet. */
  #announced = $state.raw<RunResult | null>(null);
  /** Id of the run that `next` and what was drawn from it belong to, or -1. */
  newest = $derived(Math.max(this.run, this.#announced?.run ?? -1));

  /** Candidates that the page lists. */
  listed = 14;
  /** What a run is to tell of the next token. */
  wants: () => Omit<NextRequest, 'index'> | null = () => null;
  /** Called with each good answer, before its next token is shown. */
  onnext: (result: RunResult, asked: NextRequest | undefined) => void = () => {};
  /** Called when its picture is about to be shown, before the views have pulled. */
  onresult: (result: RunResult) => void = () => {};

  #engine: EngineState;
  #painted: () => Promise<void>;
  #computing = $state(false);
  #pending = $state(0);
  /** The run whose views have had the chance to ask for their tensors. */
  #flushed = $state(-1);
  /** What was asked for last, and the same until it is answered. */
  #newest: AbortController | null = null;
  #unanswered: AbortController | null = null;
  #acceptedAt = 0;
  /** The model that gave the result on screen. */
  #shown = $state.raw<ModelInfo | null>(null);
  #cache = new TensorCache();
  #undo = new UndoStack<Snapshot>();
  #waiting: (() => void)[] = [];

  constructor(engine: EngineState, frame = painted) {
    this.#engine = engine;
    this.#painted = frame;
  }

  /** The model in use; while a crashed engine is started again, the one that is on screen. */
  get info(): ModelInfo | null {
    return this.#engine.info ?? (this.result ? this.#shown : null);
  }

  /** The text was edited: what had been generated is now simply text. */
  type(text: string): void {
    if (text === this.text) return;
    this.prompt = text;
    // A new empty list would be news to all that look at it, at every key.
    if (this.appended.length) this.appended = [];
    if (this.tail.length) this.tail = [];
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

  /** How often Undo can go back. */
  get undoable(): number {
    return this.#undo.count;
  }

  /** Notes what Undo goes back to. */
  remember(): void {
    this.#undo.push({ prompt: this.prompt, appended: this.appended, tail: this.tail });
  }

  undo(): Promise<void> {
    const last = this.#undo.pop();
    if (!last) return Promise.resolve();
    ({ prompt: this.prompt, appended: this.appended, tail: this.tail } = last);
    return this.restart();
  }

  /** Runs what is typed; resolves when its answer is on screen, or a newer request or a failure has come. */
  async restart(): Promise<void> {
    this.#unanswered?.abort();
    this.#unanswered = null;
    const info = this.#engine.info;
    const attempt = new AbortController();
    this.#newest = attempt;
    if (!info) return;
    const request = requestOf(this.prompt, this.appended, info.hasTokenizer);
    if (request === null || 'message' in request) {
      if (request === null) this.result = this.next = this.#announced = null;
      this.#end(request);
      return;
    }
    this.#unanswered = attempt;
    this.#computing = true;
    const wants = this.wants();
    const next = wants ? { ...wants, index: this.appended.length } : undefined;
    try {
      const result = await this.#engine.call('run', { ...request, ...(next && { next }) }, attempt.signal);
      if (attempt.signal.aborted) return;
      this.#unanswered = null;
      this.#announce(result, next);
      // First the frame of the next token: the engine's thread, too, takes what that needs.
      await this.#painted();
      const seen = await inTime(this.#ask(attempt), patience);
      if (this.#due(result)) await this.#accept(result, seen, attempt);
    } catch (error) {
      if (attempt.signal.aborted) return;
      this.#unanswered = null;
      const failure = failureOf(error);
      this.#end(isDropped(failure) ? this.problem : failure);
    }
  }

  /** The tensors that are on screen, of the run that was answered last; null where there are none or it failed. */
  async #ask(attempt: AbortController): Promise<Screen | null> {
    const tensors = this.#cache.wanted().map(({ name, slice }) => ({ name, ...slice }));
    if (tensors.length === 0) return null;
    // What has been asked for since is computed first, and has a picture of its own.
    if (this.#newest !== attempt) return new Promise(() => {});
    const wanted = { tokens: this.tokens.length, tensors };
    return this.#engine.call('screen', wanted, attempt.signal).catch(() => null);
  }

  /** Shows what comes next; the picture stays as it was. */
  #announce(result: RunResult, asked: NextRequest | undefined): void {
    this.#announced = result;
    if (result.next && asked) {
      const { temperature, topK, topP } = asked;
      const { distribution } = result.next;
      this.next = { run: result.run, sampling: { temperature, topK, topP }, distribution };
    }
    this.onnext(result, asked);
  }

  /** A picture that a newer answer has overtaken is left out, but not so often that the picture stands still. */
  #due(result: RunResult): boolean {
    if (this.run >= result.run) return false;
    return this.#announced === result || performance.now() - this.#acceptedAt > standstill;
  }

  /** What was asked for last has no answer; the picture of the one before it is due, if it was waiting for a frame. */
  #end(problem: Problem | null): void {
    this.#computing = false;
    if (this.#announced && this.#engine.info) void this.#accept(this.#announced, null, null);
    this.problem = problem;
    this.#release();
  }

  /**
   * A tensor of the run on screen, from the cache if it was pulled before. Rejects with `stale` when a newer run has
   * come meanwhile.
   */
  async tensor(name: string, slice: Slice = {}): Promise<Tensor> {
    const { promise, drop } = this.ask(name, slice);
    try {
      return await promise;
    } finally {
      drop();
    }
  }

  /** The same for a view: what it has let go of again is not computed, and what it holds comes with the next run. */
  ask(name: string, slice: Slice): Asked {
    const run = this.run;
    const pull = (dropped: AbortSignal) =>
      this.track(this.#engine.call('tensor', { run, name, ...slice }, dropped));
    return this.#cache.get(run, name, slice, pull);
  }

  /**
   * Counts a pull as part of what is on screen until it has been answered, and whoever waits for it has taken the answer
   * in: what is made of that may ask for more, and between the two it was never ready.
   */
  track<T>(pull: Promise<T>): Promise<T> {
    this.#pending += 1;
    const taken = () =>
      queueMicrotask(() => {
        this.#pending -= 1;
        this.#release();
      });
    pull.then(taken, taken);
    return pull;
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

  /** Shows the picture of an answer; `attempt` is what asked for it, if it is still to be told apart. */
  async #accept(result: RunResult, seen: Screen | null, attempt: AbortController | null): Promise<void> {
    this.#engine.healthy();
    this.#cache.reset(result.run);
    if (seen?.run === result.run) {
      for (const { request, tensor } of seen.tensors) {
        const { name, ...slice } = request;
        this.#cache.put(result.run, name, slice, tensor);
      }
    }
    this.#shown = this.#engine.info;
    if (this.#announced === result) this.#announced = null;
    this.#acceptedAt = performance.now();
    this.result = result;
    this.problem = null;
    const { length } = this.appended;
    if (length || this.tail.length)
      this.tail = length ? result.tokens.slice(-length).map((token) => token.bytes) : [];
    this.onresult(result);
    // The views ask for their tensors when they are flushed; until then "ready" would be early.
    await tick();
    if (this.result !== result) return;
    this.#flushed = result.run;
    if (this.#newest === attempt) this.#computing = false;
    this.#release();
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
