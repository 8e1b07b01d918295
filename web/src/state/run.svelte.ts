import { tick } from 'svelte';
import { EngineError } from '../client/client';
import type {
  Answer as AnswerOf,
  Arguments,
  CallName,
  ModelInfo,
  NextRequest,
  Reading,
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
import { mayShow, problemOf, statusOf } from './phase';
import type { Answer, Phase, Question, RunStatus } from './phase';
import { own, pictureOf, type Picture } from './pictured';
import { requestOf, type NextTokens, type Problem } from './requests';
import { UndoStack } from './undo.svelte';

/** Longest that a new answer waits for the tensors of its picture, ms, so that both are drawn in one go. */
const screenWait = 50;

interface Snapshot {
  prompt: string;
  reading: Reading;
  appended: number[];
  tail: Uint8Array[];
}

/**
 * What is typed and what the engine answered. Each change starts a run at once and supersedes the one before; the
 * last good answer of the model in use stays on screen until the next has come. An answer comes in two steps: the next
 * token in the very next frame, because it is what a keystroke is about; then the picture, once, with the tensors it shows.
 * The first answer of a model comes in one step, so that no number stands under another model's name.
 */
export class RunState {
  /** The text, without what was generated. */
  prompt = $state('');
  /** How the prompt becomes tokens. */
  reading = $state.raw<Reading>({});
  /** Ids generated after the prompt. */
  appended = $state.raw<number[]>([]);
  /** Bytes of the appended ids, as far as they are known. */
  tail = $state.raw<Uint8Array[]>([]);
  /** The answer on screen. */
  #shown = $state.raw<Answer | null>(null);
  /** The newest good answer: the one on screen, or one whose picture is on its way. */
  #newest = $state.raw<Answer | null>(null);
  #phase = $state.raw<Phase>({ kind: 'idle' });
  /** The model of the answer on screen. */
  #model = $derived(this.#shown?.question.model ?? null);
  /** What comes next, of the newest answer. */
  next = $state.raw<NextTokens | null>(null);
  /** The run on screen, also while a newer one is being computed; null before the first and for an empty prompt. */
  result = $derived(this.#shown?.result ?? null);
  problem = $derived(problemOf(this.#phase));
  /** Nothing is typed, and what is on screen is the last text's picture. */
  empty = $derived(this.#phase.kind === 'idle' && this.#shown !== null);
  /** The first row of the picture that is no longer the text's; null while all are. */
  behind = $derived.by(() => {
    const [shown, newest] = [this.#shown, this.#newest];
    return shown && newest && shown !== newest ? newest.result.reused : null;
  });
  status = $derived.by<RunStatus>(() => {
    const { info, phase } = this.#engine;
    return statusOf({ ready: info !== null, failed: phase.kind === 'failed' }, this.#phase, this.#pending);
  });
  /** What the text box shows. */
  text = $derived(this.prompt + decode(this.tail));
  tokens = $derived<TokenInfo[]>(this.result?.tokens ?? []);
  /** Id of the run on screen, or -1. */
  run = $derived(this.result?.run ?? -1);
  /** Id of the run that `next` and what was drawn from it belong to, or -1. */
  newest = $derived(this.#newest?.result.run ?? -1);

  /** Candidates that the page lists. */
  listed = 14;
  /** What a run is to tell of the next token. */
  wants: () => Omit<NextRequest, 'index'> | null = () => null;
  /** What the picture is of; null while that is still to come. */
  pictured: () => Picture | null = () => own;
  /** Called with each good answer, before its next token is shown. */
  onnext: (result: RunResult, asked: NextRequest | undefined) => void = () => {};
  /** Called when its picture is about to be shown, before the views have pulled. */
  onresult: (result: RunResult) => void = () => {};
  /** Called when the page is about to show another model, and with its first answer. */
  onmodel: (info: ModelInfo) => void = () => {};

  #engine: EngineState;
  #painted: () => Promise<void>;
  #pending = $state(0);
  #shownAt = 0;
  /** The model that `onmodel` was last called with. */
  #fitted: ModelInfo | null = null;
  #cache = new TensorCache();
  #undo = new UndoStack<Snapshot>();
  #waiting: (() => void)[] = [];

  constructor(engine: EngineState, frame = painted) {
    this.#engine = engine;
    this.#painted = frame;
  }

  /** The model of the answer on screen; where there is none, the model in use. */
  get info(): ModelInfo | null {
    return this.#model ?? this.#engine.info;
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
  replace(prompt: string, appended: number[] = [], reading = this.reading): Promise<void> {
    this.remember();
    return this.restore(prompt, appended, reading);
  }

  /** Reads the prompt otherwise, in a way that Undo takes back. */
  read(reading: Reading): Promise<void> {
    this.remember();
    this.reading = reading;
    return this.restart();
  }

  /** Sets prompt, generated ids and how they are read, as a link says. */
  restore(prompt: string, appended: number[] = [], reading = this.reading): Promise<void> {
    this.prompt = prompt;
    this.reading = reading;
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
    this.#undo.push(this.#now());
  }

  undo(): Promise<void> {
    return this.#goTo(this.#undo.pop(this.#now()));
  }

  redo(): Promise<void> {
    return this.#goTo(this.#undo.redo(this.#now()));
  }

  #now(): Snapshot {
    const { prompt, reading, appended, tail } = this;
    return { prompt, reading, appended, tail };
  }

  #goTo(there: Snapshot | undefined): Promise<void> {
    if (!there) return Promise.resolve();
    ({ prompt: this.prompt, reading: this.reading, appended: this.appended, tail: this.tail } = there);
    return this.restart();
  }

  /** Runs what is typed; resolves when its answer is on screen, or a newer request or a failure has come. */
  async restart(): Promise<void> {
    if (this.#phase.kind === 'asked') this.#phase.question.attempt.abort();
    const model = this.#engine.info;
    if (!model) return this.#engine.revive();
    const request = requestOf(this.prompt, this.appended, model, this.reading);
    if (request === null) return this.#clear();
    if ('message' in request) return this.fail(request);
    const question = { model, request, next: this.#nextOf(model), attempt: new AbortController() };
    this.#phase = { kind: 'asked', question, problem: this.problem };
    const { signal } = question.attempt;
    const { next } = question;
    try {
      const result = await this.#engine.call('run', { ...request, ...(next && { next }) }, signal);
      if (!signal.aborted) await this.#take({ question, result });
    } catch (error) {
      if (signal.aborted) return;
      const failure = failureOf(error);
      if (!isDropped(failure)) this.fail(failure);
      // The model was changed on the way: what is typed is asked of the other one.
      else if (this.#isNewest(question)) await this.restart();
    }
  }

  /** What a run of this model is to tell of the next token. */
  #nextOf({ vocabulary }: ModelInfo): NextRequest | undefined {
    const wants = this.wants();
    return wants
      ? { ...wants, topK: Math.min(wants.topK, vocabulary), index: this.appended.length }
      : undefined;
  }

  #isNewest(question: Question): boolean {
    return 'question' in this.#phase && this.#phase.question === question;
  }

  #may(answer: Answer): boolean {
    return mayShow(answer, {
      model: this.#engine.info,
      phase: this.#phase,
      newest: this.#newest,
      run: this.run,
      since: performance.now() - this.#shownAt,
    });
  }

  /** First the frame of the next token: the engine's thread, too, takes what that needs. Then the picture. */
  async #take(answer: Answer): Promise<void> {
    const { question } = answer;
    if (question.model !== this.#engine.info) return;
    this.#phase = { kind: 'answered', question, problem: this.problem };
    this.#newest = answer;
    if (this.#shown?.question.model !== question.model) {
      this.#tell(answer);
      return this.#show(answer, null);
    }
    this.#tell(answer);
    await this.#painted();
    const seen = await inTime(this.#ask(question), screenWait);
    if (this.#may(answer)) await this.#show(answer, seen);
  }

  /** The tensors that are on screen, of the run that was answered last; null where there are none or it failed. */
  async #ask(question: Question): Promise<Screen | null> {
    const tensors = this.#cache.wanted().map(({ name, slice }) => ({ name, ...slice }));
    if (tensors.length === 0) return null;
    // What has been asked for since is computed first, and has a picture of its own.
    if (!this.#isNewest(question)) return new Promise(() => {});
    const wanted = { tokens: this.tokens.length, tensors };
    return this.#engine.call('screen', wanted, question.attempt.signal).catch(() => null);
  }

  /** Tells what comes next; the picture stays as it was. */
  #tell({ question: { next: asked }, result }: Answer): void {
    if (result.next && asked) {
      const { temperature, topK, topP } = asked;
      const { distribution } = result.next;
      this.next = { run: result.run, sampling: { temperature, topK, topP }, distribution };
    }
    this.onnext(result, asked);
  }

  /** Puts the picture of an answer on screen. */
  async #show(answer: Answer, seen: Screen | null): Promise<void> {
    const { question, result } = answer;
    this.#engine.healthy();
    this.#cache.reset(result.run);
    if (seen?.run === result.run) {
      for (const { request, tensor } of seen.tensors) {
        const { name, ...slice } = request;
        this.#cache.put(result.run, name, slice, tensor);
      }
    }
    this.#fit(question.model);
    this.#shownAt = performance.now();
    this.#shown = answer;
    if (this.#phase.kind === 'asked' || this.#phase.kind === 'answered')
      this.#phase = { ...this.#phase, problem: null };
    const { length } = this.appended;
    if (length || this.tail.length)
      this.tail = length ? result.tokens.slice(-length).map((token) => token.bytes) : [];
    this.onresult(result);
    // The views ask for their tensors when they are flushed; until then "ready" would be early.
    await tick();
    if (this.#shown !== answer) return;
    if (this.#phase.kind === 'answered' && this.#isNewest(question))
      this.#phase = { kind: 'shown', question };
    this.#release();
  }

  /** Nothing is typed: the last picture of this model stays, and answers nothing any more. */
  #clear(): void {
    this.#phase = { kind: 'idle' };
    if (this.#shown?.question.model !== this.#engine.info) this.#drop();
    // One whose picture was still to come has none any more.
    else this.#newest = this.#shown;
    this.#release();
  }

  /**
   * What was asked for last has no answer. The last good answer stays, and its picture is due if it was waiting for a
   * frame; but nothing stays of another model than the one that failed.
   */
  fail(problem: Problem): void {
    const { info } = this.#engine;
    this.#phase = { kind: 'failed', problem };
    if (this.#newest && this.#may(this.#newest)) void this.#show(this.#newest, null);
    else if (info && this.#shown?.question.model !== info) this.#drop();
    this.#release();
  }

  /** Takes everything off the screen. */
  #drop(): void {
    this.#shown = this.#newest = this.next = null;
    if (this.#engine.info) this.#fit(this.#engine.info);
  }

  #fit(model: ModelInfo): void {
    if (model === this.#fitted) return;
    this.#fitted = model;
    this.onmodel(model);
  }

  /** A list of candidates that was asked for by itself; one of another run than that on screen comes too late. */
  listNext(next: NextTokens): void {
    if (next.run === this.run && next.run === this.newest) this.next = next;
  }

  /** A call about the model on screen. Rejects with `stale` where another model is in use by then. */
  async call<K extends CallName>(name: K, args: Arguments<K>, signal?: AbortSignal): Promise<AnswerOf<K>> {
    const model = this.info;
    const check = () => {
      if (this.#engine.info !== model)
        throw new EngineError({ code: 'stale', message: 'The model has changed.' });
    };
    check();
    const answer = await this.#engine.call(name, args, signal);
    check();
    return answer;
  }

  /**
   * A tensor of the run on screen, whatever the picture is of, from the cache if it was pulled before. Rejects with `stale`
   * when a newer run has come meanwhile.
   */
  async tensor(name: string, slice: Slice = {}, picture: Picture = own): Promise<Tensor> {
    const { promise, drop } = this.ask(name, slice, picture);
    try {
      return await promise;
    } finally {
      drop();
    }
  }

  /** The same for a view: what it has let go of again is not computed, and what it holds comes with the next run. */
  ask(name: string, slice: Slice, picture = pictureOf(name, this.pictured())): Asked {
    const pull = (dropped: AbortSignal) => this.pull(name, slice, dropped, picture);
    const source = picture.of === 'base' ? '' : `${picture.of} ${picture.stamp}`;
    return this.#cache.get(this.run, name, slice, pull, source);
  }

  /** The same, and not kept. */
  pull(name: string, slice: Slice, dropped: AbortSignal, { of } = this.pictured() ?? own): Promise<Tensor> {
    const asked = { run: this.run, name, ...slice };
    return this.track(
      of === 'base'
        ? this.#engine.call('tensor', asked, dropped)
        : this.#engine.call('changedTensor', { ...asked, difference: of === 'difference' }, dropped),
    );
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

  #release(): void {
    if (this.status === 'computing') return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
