import { tick } from 'svelte';
import type { Locale } from '../i18n';
import type { SweepCell } from '../protocol/experiments';
import { arriving } from '../protocol/stall';
import type { EngineState } from '../state/engine.svelte';
import type { Experiment } from '../state/experiment.svelte';
import type { Generation } from '../state/generation.svelte';
import type { RunState } from '../state/run.svelte';
import { defaultSampling, defaultSeed, type Home, type ViewState } from '../state/view.svelte';
import { contents, entryOf, readAddress, writeAddress, type Address } from './contents';
import { judgeAmount, judgeChoice, judgeRow, judgeToken, judgeWord, type Verdict } from './judge';
import { liveOf } from './live';
import { keepProgress, keptProgress, forgetProgress, type Progress } from './progress';
import { findHead } from './rules';
import type { Answer, Chapter, ChapterText, Judged, Live, Scene, Step, StepText } from './types';

interface Known {
  run: number;
  facts: unknown;
}

/** What of the view a lesson moves. */
function seen(view: ViewState) {
  const { layer, head, pinnedToken, cell, matrix, depth, open, detail, sampling, seed, pinnedHeads, order } =
    view;
  return { layer, head, pinnedToken, cell, matrix, depth, open, detail, sampling, seed, pinnedHeads, order };
}

/** Where a reader is in the lessons, what was answered, and what the run said. It alone of Learn moves the view. */
export class Lesson {
  at = $state.raw<Address | null>(null);
  chapter = $state.raw<Chapter | null>(null);
  text = $state.raw<ChapterText | null>(null);
  /** The picture is being brought to the step. */
  moving = $state(false);
  /** One reads and answers, then the picture moves. */
  beat = $state<1 | 2>(1);
  judged = $state.raw<Judged | null>(null);
  checked = $state<number | null>(null);
  /** On the reader's own sentence. */
  own = $state(false);
  failed = $state(false);
  progress = $state.raw<Progress>(keptProgress());
  scrubbed = $state<number | null>(null);
  #known = $state.raw<Known | null>(null);
  #set = $state.raw<Partial<ReturnType<typeof seen>> & { text?: string }>({});
  #home: Home | null = null;
  #moves = 0;
  #follows = 0;
  #waits = false;

  readonly #experiment: Experiment;
  readonly #engine: EngineState;
  readonly #run: RunState;
  readonly #view: ViewState;
  readonly #generation: Generation;

  step = $derived.by((): Step | null => this.chapter?.steps[this.at?.step ?? 0] ?? null);
  words = $derived.by((): StepText | null => (this.step && this.text?.steps[this.step.id]) || null);
  /** The facts of the run on screen; null while they are found out. */
  facts = $derived.by(() => (this.#known && this.#known.run === this.#run.run ? this.#known.facts : null));
  /** Facts are here, or the step has none. */
  ready = $derived.by(() => !!this.step && !this.moving && (!this.step.facts || this.facts !== null));
  /** What was answered was about another run. */
  stale = $derived.by(() => this.judged !== null && this.judged.run !== this.#run.run && !this.moving);
  verdict = $derived.by((): Verdict | null => {
    const { step, judged, facts } = this;
    if (!step || !judged?.answer || (step.facts && facts === null)) return null;
    return judge(step, facts, judged.answer, judged.word?.rank);
  });
  /** The reader has gone elsewhere than the step led. */
  moved = $derived.by(() => {
    if (this.moving || !this.step) return false;
    const now = { ...seen(this.#view), text: this.#run.text };
    return Object.entries(this.#set).some(([key, value]) => !alike(now[key as keyof typeof now], value));
  });
  /** Why the reader's own sentence does not do for this step. */
  lacking = $derived.by((): 'text' | 'short' | 'long' | null => {
    const needs = this.step?.needs;
    if (!this.own || !needs) return null;
    if (needs.text) return 'text';
    const { length } = this.#run.tokens;
    if (!needs.tokens || this.moving) return null;
    return length < needs.tokens[0] ? 'short' : length > needs.tokens[1] ? 'long' : null;
  });

  constructor(
    engine: EngineState,
    experiment: Experiment,
    run: RunState,
    view: ViewState,
    generation: Generation,
  ) {
    this.#engine = engine;
    this.#experiment = experiment;
    this.#run = run;
    this.#view = view;
    this.#generation = generation;
    this.own = this.progress.mine;
  }

  get steps(): readonly Step[] {
    return this.chapter?.steps ?? [];
  }

  /** Notes what the reader has, to be given back by `leave`. */
  begin(): void {
    this.#home = {
      prompt: this.#run.prompt,
      appended: this.#run.appended,
      view: seen(this.#view),
      codes: this.#experiment.codes,
    };
    this.#view.home = this.#home;
  }

  /** Everything as it was before. */
  leave(): void {
    const home = this.#home;
    this.#moves += 1;
    this.#home = this.#view.home = null;
    this.#view.veiled = false;
    this.#view.lessonMoved = false;
    if (!home) return;
    this.#generation.stop();
    Object.assign(this.#view, home.view);
    this.#change(home.codes);
    if (home.prompt !== this.#run.prompt || !alike(home.appended, this.#run.appended))
      void this.#run.restore(home.prompt, home.appended);
  }

  /** To the place an address names; contents where it names none. `keep` leaves the picture where it is. */
  async follow(address: string, locale: Locale, keep = false): Promise<void> {
    const wanted = address === 'start' ? (this.progress.last ?? 'next.1') : address;
    const place = readAddress(wanted);
    const entry = place && entryOf(place.chapter);
    if (!place || !entry) {
      this.at = null;
      this.#view.veiled = false;
      return;
    }
    const wanting = (this.#follows += 1);
    this.failed = false;
    const [chapter, text] = await arriving(Promise.all([entry.chapter(), entry.text[locale]()])).catch(
      () => [],
    );
    if (wanting !== this.#follows) return;
    if (!chapter || !text) {
      this.failed = true;
      return;
    }
    const step = Math.min(place.step, chapter.steps.length - 1);
    const elsewhere = this.at?.chapter !== place.chapter || this.at.step !== step;
    this.text = text;
    if (!elsewhere) return;
    this.chapter = chapter;
    this.#known = null;
    this.at = { chapter: place.chapter, step };
    this.#view.lesson = writeAddress(this.at);
    this.ask();
    this.#note({});
    if (keep) this.#set = {};
    else if (this.#run.info === null) {
      // No model yet: its first run is already the step's.
      this.#run.prompt = this.#sentence();
      this.#waits = true;
    } else await this.return();
    await this.know();
  }

  /** A model is here: what waited for it is done. */
  async meet(): Promise<void> {
    if (!this.#waits) return;
    this.#waits = false;
    await this.return();
    await this.know();
  }

  /** The step's question again. */
  ask(): void {
    this.beat = 1;
    this.judged = null;
    this.checked = null;
    this.scrubbed = null;
  }

  /** Brings the picture back to the step. */
  async return(): Promise<void> {
    const { chapter, step } = this;
    if (!chapter || !step) return;
    await this.#steer({ ...chapter.base, ...step.set });
    if (this.beat === 2) await this.#reveal();
  }

  /** Finds out what the step speaks of, of the run on screen. */
  async know(): Promise<void> {
    const { step } = this;
    await this.#run.settled();
    const live = this.#live();
    if (!step?.facts || !live || this.#known?.run === live.run || this.lacking) return;
    try {
      const facts = await this.#run.track(step.facts(live));
      if (this.step === step && this.#run.run === live.run) this.#known = { run: live.run, facts };
    } catch {
      // A newer run asks again; a lesson says nothing where the engine does not answer.
    }
  }

  /** Takes the reader's guess, and shows what the run says. */
  async guess(answer: Answer | null): Promise<void> {
    const { step } = this;
    if (!step?.ask || !this.ready) return;
    let word: Judged['word'];
    if (answer?.kind === 'word') word = await this.#rankOf(answer.text);
    if (this.step !== step) return;
    this.judged = { answer, run: this.#run.run, ...(word && { word }) };
    this.beat = 2;
    await this.#reveal();
    this.#note({ verdict: this.verdict });
  }

  /** The answer without a guess; where it is shown already, nothing. */
  async show(): Promise<void> {
    if (this.beat === 2) return;
    this.beat = 2;
    if (this.step?.ask) this.judged = { answer: null, run: this.#run.run };
    await this.#reveal();
  }

  check(index: number): void {
    this.checked = index;
  }

  /** By one step; past the end of a chapter to the next one, and to the contents after the last. */
  go(by: 1 | -1): void {
    if (!this.at || !this.chapter) return;
    const { chapter } = this.at;
    const step = this.at.step + by;
    const place = contents.findIndex(({ id }) => id === chapter);
    if (step >= 0 && step < this.steps.length) this.#view.lesson = writeAddress({ chapter, step });
    else {
      const other = contents[place + by];
      // Backwards to the other chapter's last step: it is cut to what there is.
      if (other) this.#view.lesson = writeAddress({ chapter: other.id, step: by > 0 ? 0 : 98 });
      else if (by > 0) this.#view.lesson = 'contents';
    }
  }

  goTo(step: number): void {
    if (this.at) this.#view.lesson = writeAddress({ ...this.at, step });
  }

  /** The chapter's sentence or the reader's. */
  async take(own: boolean): Promise<void> {
    if (own === this.own) return;
    this.own = own;
    this.progress = { ...this.progress, mine: own };
    keepProgress(this.progress);
    this.ask();
    await this.return();
    await this.know();
  }

  /** The reader has typed: the sentence is theirs from now on. */
  typed(): void {
    const { prompt, appended } = this.#run;
    if (this.moving || !this.#home || prompt === '' || prompt === this.#sentence()) return;
    this.#home = { ...this.#home, prompt, appended };
    this.#view.home = this.#home;
    this.own = true;
    const { text: _, ...rest } = this.#set;
    this.#set = rest;
  }

  forget(): void {
    this.progress = forgetProgress();
  }

  scrub(value: number): void {
    this.scrubbed = value;
    const codes = this.step?.scrub?.x?.(value);
    if (codes) this.#change(codes);
    const sampling = this.step?.scrub?.sampling?.(value);
    if (!sampling) return;
    this.#view.sampling = { ...this.#view.sampling, ...sampling };
    this.#set = { ...this.#set, sampling: this.#view.sampling };
  }

  /** Puts other changes in the model; the same ones are left alone. */
  #change(codes: readonly string[]): void {
    if (!alike(codes, this.#experiment.codes)) this.#experiment.set(codes);
  }

  #live(): Live | null {
    const { result, info } = this.#run;
    const { layer, head, sampling, seed } = this.#view;
    const call: Live['call'] = (name, args) => this.#run.call(name, args);
    const sweep: Live['sweep'] = async (over, target) => {
      const cells: SweepCell[] = [];
      await this.#engine.sweep({ run: this.#run.run, over, at: 'last', target }, (some) =>
        cells.push(...some),
      );
      return cells;
    };
    return result && info ? liveOf({ result, info, layer, head, sampling, seed, call, sweep }) : null;
  }

  #sentence(): string {
    const { chapter, step } = this;
    const set = this.own && !step?.needs?.text ? undefined : (step?.set?.prompt ?? chapter?.base.prompt);
    return set ?? this.#home?.prompt ?? '';
  }

  #note(verdict: { verdict?: Verdict | null }): void {
    if (!this.at) return;
    const address = writeAddress(this.at);
    const before = this.progress.steps[address];
    this.progress = {
      ...this.progress,
      last: address,
      steps: { ...this.progress.steps, [address]: { ...before, ...verdict, seen: true } },
    };
    keepProgress(this.progress);
  }

  async #rankOf(text: string): Promise<Judged['word']> {
    const live = this.#live();
    const before = this.#run.text;
    // Words carry the space before them; after a space, or where the reader typed one, it is there already.
    const spaced = /\s$/.test(before) || /^\s/.test(text) ? text : ` ${text}`;
    const [first] = (await live?.call('encode', { text: spaced })) ?? [];
    if (!live || !first) return undefined;
    const { asked } = await live.list(1, { ids: [first.id] });
    const found = asked[0];
    return found && { text: first.text, rank: found.rank + 1, share: found.raw };
  }

  async #reveal(): Promise<void> {
    const { step } = this;
    this.#view.veiled = false;
    const scene =
      typeof step?.reveal === 'function' ? this.facts !== null && step.reveal(this.facts) : step?.reveal;
    if (scene) await this.#steer(scene, true);
  }

  /** The one place where a lesson moves the view. `further` leaves what the scene does not name. */
  async #steer(scene: Scene, further = false): Promise<void> {
    const move = (this.#moves += 1);
    const view = this.#view;
    const run = this.#run;
    this.moving = true;
    this.#generation.stop();
    view.veiled = scene.veiled ?? false;
    const whole: Scene = further
      ? scene
      : { depth: 'simple', open: null, detail: null, token: null, cell: null, ...scene };
    if (!further) {
      view.matrix = scene.matrix ?? 'pattern';
      view.sampling = { ...defaultSampling, ...scene.sampling };
      view.seed = scene.seed ?? defaultSeed;
      view.pinnedHeads = [];
    } else {
      if (scene.matrix) view.matrix = scene.matrix;
      if (scene.sampling) view.sampling = { ...view.sampling, ...scene.sampling };
      if (scene.seed !== undefined) view.seed = scene.seed;
    }
    if (whole.depth !== undefined) view.depth = whole.depth;
    if (whole.open !== undefined) view.open = whole.open;
    if (whole.detail !== undefined) view.detail = whole.detail;
    if (whole.cell !== undefined) view.cell = whole.cell;
    if (whole.x || !further) this.#change(whole.x ?? []);
    if (!further) {
      const wanted = this.#sentence();
      if (run.prompt !== wanted || run.appended.length > 0) await run.restore(wanted);
    }
    await run.settled();
    if (move !== this.#moves) return;
    if (whole.token !== undefined)
      view.pinnedToken = whole.token === 'last' ? run.tokens.length - 1 : (whole.token ?? null);
    await this.#look(whole);
    if (move !== this.#moves) return;
    if (whole.write) {
      await this.#generation.generate(whole.write);
      await run.settled();
      if (move !== this.#moves) return;
      // What was guessed was about what has been written since.
      if (this.judged) this.judged = { ...this.judged, run: run.run };
    }
    await tick();
    this.#set = {
      open: view.open,
      detail: view.detail,
      sampling: view.sampling,
      layer: view.layer,
      head: view.head,
    };
    this.#set.text = run.text;
    this.moving = false;
    void this.know();
  }

  async #look(scene: Scene): Promise<void> {
    const live = scene.look ? this.#live() : null;
    const found = live && scene.look ? await findHead(scene.look, live).catch(() => null) : null;
    const { layers = 1, heads = 1 } = this.#run.info ?? {};
    const layer = found?.layer ?? scene.layer ?? this.#view.layer;
    const head = found?.head ?? scene.head ?? this.#view.head;
    this.#view.goTo(Math.min(layer, layers - 1), Math.min(head, heads - 1));
  }
}

function judge(step: Step, facts: unknown, answer: Answer, rank: number | undefined): Verdict | null {
  const { ask } = step;
  if (!ask) return null;
  if (answer.kind === 'token' && ask.kind === 'token') return judgeToken(ask.truth(facts), answer.index);
  if (answer.kind === 'choice' && ask.kind === 'choice') return judgeChoice(ask.truth(facts), answer.index);
  if (answer.kind === 'amount' && ask.kind === 'amount')
    return judgeAmount(ask.unit, ask.truth(facts), answer.value);
  if (answer.kind === 'row' && ask.kind === 'row') return judgeRow(ask.truth(facts), answer.shares);
  return rank === undefined ? null : judgeWord(rank);
}

/** Of plain values: numbers, texts, and flat objects and lists of them. */
function alike(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
