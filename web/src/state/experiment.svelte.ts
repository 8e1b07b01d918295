import { untrack } from 'svelte';
import type {
  Changed,
  ChangedRequest,
  ComparedWord,
  Comparison,
  Interventions,
  Of,
} from '../protocol/experiments';
import type { Failure, Next, NextRequest } from '../protocol/protocol';
import { formatChanges, parseChanges } from './changes';
import { failureOf, isDropped } from './engine.svelte';
import { own, type Picture } from './pictured';
import type { RunState } from './run.svelte';
import { isExperimentView, type ExperimentView } from './stages';
import type { Link } from './url';
import type { ViewState } from './view.svelte';

/** Lists of changes that Undo can go back to. */
const most = 50;

/** What the changed model answered for the run on screen. */
export interface ChangedState {
  /**
   * `none`: nothing is changed. `running`: its answer is still to come. `overflow`: its numbers left what F32 holds.
   * `failed`: the engine refused the list; `failure` says why.
   */
  status: 'none' | 'running' | 'ready' | 'overflow' | 'failed';
  run: number;
  codes: readonly string[];
  next: Next | null;
  comparison: Comparison | null;
  /** The tokens of both lists of candidates, before and after. */
  words: readonly ComparedWord[];
  /** With `overflow`: the first tensor whose numbers are not finite. */
  broken: string | null;
  failure: Failure | null;
}

interface Answered {
  run: number;
  codes: readonly string[];
  result: Changed | null;
  failure: Failure | null;
}

/**
 * The changes of the model, what is asked about it, and what the changed model answers. The one writer of all that; the run
 * on screen stays the unchanged model's, and the changed one runs the same tokens after it.
 */
export class Experiment {
  /** Switches stand on the parts of the picture. */
  on = $state(false);
  #codes = $state.raw<readonly string[]>([]);
  /** A token's id; null is the first candidate of the unchanged model. */
  target = $state<number | null>(null);
  /** What the target is held against: another token, the average token, or nothing. */
  rival = $state<number | 'mean' | null>(null);
  /** A second prompt. */
  other = $state<string | null>(null);
  /** The unchanged model is shown for as long as a key or button is held. */
  held = $state(false);
  /** The picture shows changed minus unchanged. */
  difference = $state(false);
  /** Parts of an address that are not changes. */
  faults = $state.raw<string[]>([]);

  #run: RunState;
  #view: ViewState;
  #past = $state.raw<(readonly string[])[]>([]);
  #future = $state.raw<(readonly string[])[]>([]);
  #answer = $state.raw<Answered | null>(null);
  /** An address said `at=last` before there was a text that has a last token. */
  #last = $state(false);
  /** A question that a newer run pushed aside, which then came to nothing. */
  #again = $state(0);

  /** Called with what the changed model says comes next. */
  onnext: (next: Next, run: number, asked: NextRequest) => void = () => {};

  interventions = $derived.by<Interventions>(() => parseChanges(this.#stamp).interventions);
  view = $derived.by<ExperimentView | null>(() => {
    const { open } = this.#view;
    return isExperimentView(open) ? open : null;
  });
  /** Stale answers are none: of another run, or of another list. */
  changed = $derived.by<ChangedState>(() => {
    const codes = this.#codes;
    const { run } = this.#run;
    const nothing = { run, codes, next: null, comparison: null, words: [], broken: null, failure: null };
    if (codes.length === 0) return { ...nothing, status: 'none' };
    const answer = this.#answer;
    if (!answer || answer.run !== run || answer.codes !== codes) return { ...nothing, status: 'running' };
    const { result, failure } = answer;
    if (!result) return { ...nothing, failure, status: 'failed' };
    const { next = null, comparison = null, words = [], broken = null } = result;
    const status = result.overflow ? 'overflow' : 'ready';
    return { ...nothing, next, comparison, words, broken, status };
  });
  #of = $derived.by<Picture['of'] | null>(() => {
    if (this.held) return 'base';
    const { status } = this.changed;
    if (status === 'running') return null;
    return status !== 'ready' ? 'base' : this.difference ? 'difference' : 'changed';
  });
  #stamp = $derived.by(() => formatChanges(this.#codes));
  /** What the picture is of; null until the changed model has answered. */
  picture = $derived.by<Picture | null>(() =>
    this.#of === null || this.#of === 'base' ? this.#of && own : { of: this.#of, stamp: this.#stamp },
  );

  /** The model that says what comes next; null until the changed one has answered. */
  answers = $derived.by<'base' | 'changed' | null>(() => {
    const { status } = this.changed;
    return status === 'running' ? null : status === 'ready' ? 'changed' : 'base';
  });

  constructor(run: RunState, view: ViewState) {
    this.#run = run;
    this.#view = view;
  }

  /** The changes, each as state/changes.ts writes it. */
  get codes(): readonly string[] {
    return this.#codes;
  }

  has(code: string): boolean {
    return this.#codes.includes(code);
  }

  /** Adds a change, in the place of one about the same thing. False where the text is no change. */
  add(code: string): boolean {
    return this.set([...this.#codes, code]);
  }

  remove(code: string): void {
    this.#put(this.#codes.filter((one) => one !== code));
  }

  toggle(code: string): void {
    if (this.has(code)) this.remove(code);
    else this.add(code);
  }

  /** Another list in one step of Undo. False, and nothing done, where one of them is no change. */
  set(codes: readonly string[]): boolean {
    const read = parseChanges(formatChanges(codes), this.#run.tokens.length || undefined);
    if (read.faults.length > 0) return false;
    this.#put(read.codes);
    return true;
  }

  clear(): void {
    this.#put([]);
    this.difference = false;
  }

  get undoable(): boolean {
    return this.#past.length > 0;
  }

  get redoable(): boolean {
    return this.#future.length > 0;
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.#codes];
    this.#codes = before;
  }

  redo(): void {
    const after = this.#future.at(-1);
    if (!after) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.#codes];
    this.#codes = after;
  }

  #put(codes: readonly string[]): void {
    if (formatChanges(codes) === formatChanges(this.#codes)) return;
    this.#past = [...this.#past, this.#codes].slice(-most);
    this.#future = [];
    this.#codes = codes;
  }

  /** The bar of changes is on screen: there are some, or one is looked for. */
  get active(): boolean {
    return this.on || this.#codes.length > 0 || this.view !== null;
  }

  /** Shows the switches on the parts of the picture, or puts them away. */
  switch(): void {
    this.on = !this.on;
    if (!this.on) this.close();
  }

  open(view: ExperimentView): void {
    this.on = true;
    this.#view.show(view);
  }

  close(): void {
    if (this.view) this.#view.open = null;
  }

  /**
   * What `lens`, `why` and their like are asked about: the changed model's run where the picture is of it. Undefined while its
   * answer is still to come: then nothing is to be asked yet.
   */
  about(): { run: number; of: Of } | undefined {
    const { run } = this.#run;
    const { status } = this.changed;
    if (status === 'running' && !this.held) return undefined;
    return { run, of: status === 'ready' && !this.held ? 'changed' : 'base' };
  }

  /** Its part of the address. */
  link(): Pick<Link, 'x' | 'b' | 'why'> {
    const { target, rival } = this;
    return {
      x: this.#codes.length ? formatChanges(this.#codes) : undefined,
      b: this.other ?? undefined,
      why: target === null ? undefined : { target, ...(rival !== null && { rival }) },
    };
  }

  /** Puts everything where an address says; what of it is no change is left out and told by `faults`. */
  restore({ x = '', b, why, open }: Link): void {
    const tokens = this.#run.tokens.length || undefined;
    const codes = x.split(',');
    this.#last = tokens === undefined && codes.includes('at=last');
    const read = parseChanges(
      this.#last ? formatChanges(codes.filter((code) => code !== 'at=last')) : x,
      tokens,
    );
    if (formatChanges(read.codes) !== formatChanges(this.#codes)) this.#codes = read.codes;
    this.faults = read.faults;
    this.other = b ?? null;
    this.target = why?.target ?? null;
    this.rival = why?.rival ?? null;
    if (read.codes.length > 0 || isExperimentView(open)) this.on = true;
  }

  /** Keeps the changed model's answer up to date with the run on screen. To be called where effects can be made. */
  follow(): void {
    $effect(() => this.resolveLast());
    $effect(() => {
      void this.#again;
      return this.ask();
    });
  }

  /** What an address said of the last token, once there is one. */
  resolveLast(): void {
    const { length } = this.#run.tokens;
    if (!this.#last || length === 0) return;
    this.#last = false;
    this.#codes = parseChanges(formatChanges([...untrack(() => this.#codes), 'at=last']), length).codes;
  }

  /** Asks the changed model about the run on screen; what is returned calls it off. */
  ask(): (() => void) | undefined {
    const question = this.#question();
    if (!question) return undefined;
    const abort = new AbortController();
    untrack(() => void this.#ask(question, this.#codes, abort.signal));
    return () => abort.abort();
  }

  /** Null where there is nothing to ask: no change, no run, or the next token of the run on screen is still to come. */
  #question(): ChangedRequest | null {
    const { run, next, info, appended } = this.#run;
    const codes = this.#codes;
    if (run < 0 || codes.length === 0 || !info) return null;
    if (next && next.run !== run) return null;
    const wants = this.#run.wants();
    const { target, rival } = this;
    const listed = next?.distribution.candidates.map(({ id }) => id);
    return {
      run,
      ...(listed && { listed }),
      interventions: this.interventions,
      ...(target !== null && { target }),
      ...(typeof rival === 'number' && { rival }),
      ...(wants && {
        next: { ...wants, topK: Math.min(wants.topK, info.vocabulary), index: appended.length },
      }),
    };
  }

  async #ask(request: ChangedRequest, codes: readonly string[], signal: AbortSignal): Promise<void> {
    const { run } = request;
    try {
      const result = await this.#run.track(this.#run.call('changed', request, signal));
      if (signal.aborted) return;
      this.#answer = { run, codes, result, failure: null };
      if (result.next && request.next) this.onnext(result.next, run, request.next);
    } catch (error) {
      if (signal.aborted) return;
      const failure = failureOf(error);
      if (!isDropped(failure)) this.#answer = { run, codes, result: null, failure };
      else void this.#askAgain(run, signal);
    }
  }

  /** A newer run pushed the question aside; where that run is refused, the picture stays and is asked about again. */
  async #askAgain(run: number, signal: AbortSignal): Promise<void> {
    await this.#run.settled();
    if (!signal.aborted && this.#run.run === run && this.#run.problem) this.#again += 1;
  }
}
