/** Whether the model on screen answers as the published one does, and how its int8 answers differ from F32. */
import { createContext } from 'svelte';
import type { ModelInfo, TokenInfo } from '../protocol/protocol';
import type { EngineState } from '../state/engine.svelte';
import type { PlainFailure } from '../protocol/model-failure';
import { ModelFailure } from '../models/failure';
import { Comparing } from '../models/keeper';
import type { Library } from './library.svelte';
import type { Progress } from '../models/progress';
import { publishedName } from '../models/published-name';
import type { Agreement, Divergence, Reference, Verdict } from '../models/reference';
import type { Way } from './ways';

/** The one model whose answers are published with the page. */
const PUBLISHED = 'gpt2';

export type Comparison =
  /** `done`: positions compared of all, once both models have run. */
  | { kind: 'running'; progress: Progress | null; done: number | null; all: number }
  | {
      kind: 'done';
      tokens: TokenInfo[];
      positions: Divergence[];
      /** Of the likeliest tokens, by id. */
      texts: Map<number, string>;
      summary: Agreement;
      rounded: boolean;
    }
  | { kind: 'failed'; failure: PlainFailure };

export class Verification {
  /** Prompts done of all, while the check runs. */
  checking = $state.raw<{ done: number; all: number } | null>(null);
  verdict = $state.raw<Verdict | null>(null);
  comparison = $state.raw<Comparison | null>(null);
  #comparing: { cancel: () => void } | null = null;

  constructor(
    private readonly engine: EngineState,
    private readonly library: Library,
  ) {}

  /** Checks a model that has become ready, in idle time. Returns how to stop. */
  follow(info: ModelInfo | null): () => void {
    const stop = new AbortController();
    this.verdict = this.checking = this.comparison = null;
    if (info && (publishedName(info.name) === PUBLISHED || publishedName(info.id) === PUBLISHED))
      void this.#check(info, stop.signal);
    return () => {
      stop.abort();
      this.#comparing?.cancel();
      // That it was cancelled is nothing to tell of the next model.
      this.#comparing = null;
    };
  }

  async #check(info: ModelInfo, signal: AbortSignal): Promise<void> {
    const [answers, { check }, { concerns }] = await Promise.all([
      import('../models/gpt2-small.json'),
      import('./checking'),
      import('../models/reference'),
    ]);
    const reference = answers.default as unknown as Reference;
    const { layers, heads, width, inner, context, vocabulary } = info;
    if (
      !concerns(reference, PUBLISHED, { layers, heads, width, inner, context, vocabulary }) ||
      !info.hasTokenizer
    )
      return;
    try {
      const verdict = await check((name, args, abort) => this.engine.call(name, args, abort), reference, {
        dtype: info.dtype,
        signal,
        onCase: (done, all) => !signal.aborted && (this.checking = { done, all }),
      });
      if (!signal.aborted) this.verdict = verdict;
    } catch {
      // The model was changed, or the engine failed: the page tells of that itself.
    } finally {
      if (!signal.aborted) this.checking = null;
    }
  }

  /** Compares the answers of the model on screen to `tokens`, at every position, with those of its other form. */
  async compare({ job, rounded }: Pick<Way, 'job' | 'rounded'>, tokens: TokenInfo[]): Promise<void> {
    this.#comparing?.cancel();
    const ids = tokens.map(({ id }) => id);
    const mine = new Comparing(job, this.library.wasm, ids, {
      onProgress: (progress) => show({ kind: 'running', progress, done: null, all: ids.length }),
    });
    const stop = new AbortController();
    this.#comparing = { cancel: () => (stop.abort(), mine.cancel()) };
    const current = this.#comparing;
    const show = (comparison: Comparison) => {
      if (this.#comparing === current) this.comparison = comparison;
    };
    show({ kind: 'running', progress: null, done: null, all: ids.length });
    try {
      const [{ agreement }] = await Promise.all([import('../models/reference'), mine.ready]);
      const positions: Divergence[] = [];
      while (positions.length < ids.length) {
        show({ kind: 'running', progress: null, done: positions.length, all: ids.length });
        const begin = positions.length;
        const end = Math.min(ids.length, begin + rowsAtOnce(this.engine.info));
        positions.push(...(await mine.judge(begin, await this.#logits(ids, begin, end, stop.signal))));
      }
      const likeliest = [...new Set(positions.flatMap(({ exactTop, testedTop }) => [exactTop, testedTop]))];
      const words = await this.engine.call('tokens', { ids: likeliest }, stop.signal);
      const texts = new Map(words.map(({ id, text }) => [id, text]));
      show({ kind: 'done', tokens, positions, texts, summary: agreement(positions), rounded });
    } catch (error) {
      const failure = stop.signal.aborted ? new ModelFailure('cancelled') : ModelFailure.from(error);
      show({ kind: 'failed', failure: failure.plain() });
    } finally {
      mine.end();
      if (this.#comparing === current) this.#comparing = null;
      // A download that was stopped can be gone on with.
      await this.library.refresh();
    }
  }

  /** Logits [end - begin, V] of the model on screen. What follows a position does not change it. */
  async #logits(ids: number[], begin: number, end: number, signal: AbortSignal): Promise<Float32Array> {
    const { probePatiently } = await import('./checking');
    const request = { ids: ids.slice(0, end), heads: [], rows: [begin, end] as [number, number] };
    const probe = await probePatiently((name, args, abort) => this.engine.call(name, args, abort), request, {
      signal,
    });
    return probe.logits;
  }

  stopComparing(): void {
    this.#comparing?.cancel();
  }
}

/** So many positions' logits are on their way at once that they take some 16 MB. */
const CHUNK = 4 << 20;
const rowsAtOnce = (info: ModelInfo | null) => Math.max(1, Math.floor(CHUNK / (info?.vocabulary ?? CHUNK)));

export const [useVerification, provideVerification] = createContext<Verification>();
