import type { Draw, NextRequest, RunResult, Sampling } from '../protocol/protocol';
import { failureOf, isDropped, type EngineState } from './engine.svelte';
import type { RunState } from './run.svelte';
import type { ViewState } from './view.svelte';
import { withPicture } from './with-picture';

/** Words that Keep writing adds unless something stops it first. */
export const generateCount = 8;

/** Least time from one generated token to the next, ms, so that each is seen to land. Slow models take what they need. */
export const tokenPace = 600;

/** Why the last generation came to its end by itself. */
export type Ending = 'count' | 'endOfText' | 'context';

/** A token drawn for the run on screen, with the settings it was drawn under. */
export interface Drawn extends Draw {
  run: number;
  sampling: Sampling;
  seed: number;
  /** The model that said what may come; the unchanged one when left out. */
  of?: 'changed';
}

/** Draws tokens, and appends them one after the other. The draw's number is the count of tokens generated so far. */
export class Generation {
  phase = $state<'idle' | 'running'>('idle');
  ending = $state<Ending | null>(null);
  /** What was drawn for the run on screen. Moving a slider leaves its point where it is and reads the word there anew. */
  drawn = $state.raw<Drawn | null>(null);
  /** The newest token, while it is on its way to the end of the prompt. */
  landed = $state.raw<{ id: number; text: string; position: number } | null>(null);
  /** The settings have moved since the token was drawn. */
  outdated = $derived.by(() => {
    const { drawn } = this;
    if (!drawn) return false;
    const of = this.of();
    if (of !== null && of !== (drawn.of ?? 'base')) return true;
    const { temperature, topK, topP } = this.#view.sampling;
    const { sampling } = drawn;
    return (
      sampling.temperature !== temperature ||
      sampling.topK !== topK ||
      sampling.topP !== topP ||
      drawn.seed !== this.#view.seed
    );
  });

  /** The model that words are drawn from; null until the changed one has answered. */
  of: () => 'base' | 'changed' | null = () => 'base';

  #engine: EngineState;
  #run: RunState;
  #view: ViewState;
  #stopping = false;
  #rereading = false;
  /** Set while a syllable is being composed in the prompt: a token that came amid would break it up. */
  #composing = false;
  #composed: () => void = () => {};
  /** Ends the pause after a token. */
  #wake: () => void = () => {};

  constructor(engine: EngineState, run: RunState, view: ViewState) {
    this.#engine = engine;
    this.#run = run;
    this.#view = view;
  }

  /** What was drawn, if it was for the newest answer. */
  fresh = $derived.by(() => (this.drawn?.run === this.#run.newest ? this.drawn : null));

  /** What was drawn for the picture on screen. */
  shown = $derived.by(
    withPicture(
      () => this.#run.run,
      () => this.fresh,
    ),
  );

  /** Takes over what was drawn along with a run. */
  take(
    { run, next }: Pick<RunResult, 'run' | 'next'>,
    asked: NextRequest | undefined,
    of: 'base' | 'changed' = 'base',
  ): void {
    if (!next || !asked) return;
    const { seed, temperature, topK, topP } = asked;
    this.drawn = {
      ...next.draw,
      run,
      sampling: { temperature, topK, topP },
      seed,
      ...(of === 'changed' && { of }),
    };
  }

  /** Draws for the run on screen under the settings of now. */
  async draw(): Promise<Drawn | null> {
    const { run } = this.#run;
    if (run < 0) {
      this.drawn = null;
      return null;
    }
    const { sampling, seed } = this.#view;
    const changed = this.of() === 'changed' && { of: 'changed' as const };
    try {
      const index = this.#run.appended.length;
      const pull = this.#engine.call('draw', { run, ...sampling, seed, index, ...changed });
      const draw = await this.#run.track(pull);
      if (this.#run.run !== run) return null;
      this.drawn = { ...draw, run, sampling, seed, ...changed };
      return this.drawn;
    } catch (error) {
      const failure = failureOf(error);
      if (!isDropped(failure)) this.#run.fail(failure);
      return null;
    }
  }

  /**
   * Reads the word under the point anew until it is of the settings of now, one read at a time: ticks of a slider that come
   * amid a read have the next one for all of them. Nothing is drawn.
   */
  async reread(): Promise<void> {
    if (this.#rereading) return;
    this.#rereading = true;
    try {
      while (this.outdated && this.phase === 'idle') {
        const before = this.drawn;
        await this.draw();
        // The read has failed; it is not tried again before something else has changed.
        if (this.drawn === before) return;
      }
    } finally {
      this.#rereading = false;
    }
  }

  /** Draws with the next seed. */
  again(): Promise<Drawn | null> {
    this.#view.seed += 1;
    return this.draw();
  }

  async step(): Promise<void> {
    if (this.phase === 'running') return;
    await this.#produce(1);
  }

  async generate(count = generateCount): Promise<void> {
    if (this.phase === 'running') return;
    await this.#produce(count);
  }

  stop(): void {
    this.#stopping = true;
    this.#wake();
    this.#composed();
  }

  /** A syllable is being composed, or is done. */
  hold(composing: boolean): void {
    this.#composing = composing;
    if (!composing) this.#composed();
  }

  /** Resolves when nothing is being composed and the answer is of what is typed, or the generation is to stop. */
  async #undisturbed(): Promise<void> {
    await this.#run.settled();
    while (this.#composing && !this.#stopping) {
      await new Promise<void>((resolve) => (this.#composed = resolve));
      await this.#run.settled();
    }
  }

  async #produce(count: number): Promise<void> {
    this.phase = 'running';
    this.ending = null;
    this.#stopping = false;
    try {
      await this.#run.settled();
      if (this.#run.status !== 'ready' || this.#run.run < 0 || this.#run.empty) return;
      this.#run.remember();
      this.ending = await this.#stream(count);
    } finally {
      this.phase = 'idle';
    }
  }

  async #stream(count: number): Promise<Ending | null> {
    const { info } = this.#run;
    if (!info) return null;
    for (let made = 0; made < count; made += 1) {
      const began = performance.now();
      await this.#undisturbed();
      if (this.#stopping || this.#run.status !== 'ready') return null;
      if (this.#run.tokens.length >= info.context) return 'context';
      const fresh = this.drawn?.run === this.#run.run && !this.outdated;
      const drawn = fresh ? this.drawn : await this.draw();
      if (!drawn || this.#stopping) return null;
      if (this.#composing) {
        made -= 1;
        continue;
      }
      if (info.endTokens.includes(drawn.id)) return 'endOfText';
      this.landed = { id: drawn.id, text: drawn.text, position: this.#run.tokens.length };
      await this.#run.append(drawn.id);
      await frame();
      if (made + 1 < count) await this.#rest(began + tokenPace);
    }
    return count > 1 ? 'count' : null;
  }

  /** Until a moment, or until Stop. Where nobody looks there is nothing to wait for. */
  async #rest(until: number): Promise<void> {
    const left = until - performance.now();
    if (left <= 0 || this.#stopping || document.hidden) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, left);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
  }
}

/** Lets the page paint the token that has come. Hidden pages paint nothing and go on at once. */
function frame(): Promise<void> {
  return new Promise((resolve) => (document.hidden ? resolve() : requestAnimationFrame(() => resolve())));
}
