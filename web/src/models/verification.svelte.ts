/** Whether the model on screen answers as the published one does, and how its int8 answers differ from F32. */
import { createContext } from 'svelte';
import type { ModelInfo, ModelSource } from '../engine/protocol';
import type { EngineState } from '../state/engine.svelte';
import { check } from './checking';
import { ModelFailure, type PlainFailure } from './failure';
import type { Job } from './jobs';
import { type KeeperRun, startAnswering } from './keeper';
import type { Library } from './library.svelte';
import type { Progress } from './progress';
import { concerns, diverge, type Divergence, plainName, type Reference, type Verdict } from './reference';

/** The one model whose answers are published with the page. */
const PUBLISHED = 'gpt2';

export type Comparison =
  | { kind: 'running'; progress: Progress | null }
  | { kind: 'done'; result: Divergence; stored: boolean }
  | { kind: 'failed'; failure: PlainFailure };

/** How the exact answer can be had. */
export interface ExactSource {
  job: Job;
  /** The weights at hand are already rounded: only the arithmetic differs. */
  stored: boolean;
  /** Host, or null when nothing is downloaded. */
  host: string | null;
  bytes: number;
}

export class Verification {
  /** Prompts done of all, while the check runs. */
  checking = $state.raw<{ done: number; all: number } | null>(null);
  verdict = $state.raw<Verdict | null>(null);
  comparison = $state.raw<Comparison | null>(null);
  #comparing: KeeperRun<Float32Array> | null = null;

  constructor(
    private readonly engine: EngineState,
    private readonly library: Library,
  ) {}

  /** Checks a model that has become ready, in idle time. Returns how to stop. */
  follow(info: ModelInfo | null): () => void {
    const stop = new AbortController();
    this.verdict = this.checking = this.comparison = null;
    if (info && (plainName(info.name) === PUBLISHED || plainName(info.id) === PUBLISHED))
      void this.#check(info, stop.signal);
    return () => {
      stop.abort();
      this.#comparing?.cancel();
    };
  }

  async #check(info: ModelInfo, signal: AbortSignal): Promise<void> {
    const reference = (await import('../../../tests/fixtures/gpt2-small.json'))
      .default as unknown as Reference;
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

  /** Where the weights of the model on screen could be had in 32 bits; null when they cannot. */
  exactSource(info: ModelInfo, source: ModelSource): ExactSource | null {
    const bytes = 4 * info.parameters;
    if (info.dtype === 'f32') return null;
    if (source.kind === 'site') {
      const base = new URL(source.base, document.baseURI).href;
      return { job: { kind: 'bundled', base, exact: true, keep: false }, stored: true, host: null, bytes };
    }
    const opened =
      this.library.opened.get(source.id) ??
      (source.kind === 'files' ? { name: source.name, files: source.files } : null);
    if (opened)
      return {
        job: { kind: 'files', files: opened.files, name: opened.name ?? undefined, exact: true, keep: false },
        stored: false,
        host: null,
        bytes,
      };
    const origin = this.library.kept.find(({ id }) => id === source.id)?.origin;
    if (origin?.kind === 'hub') {
      const { endpoint, repository, commit } = origin;
      return {
        job: { kind: 'hub', endpoint, repository, revision: commit, exact: true, keep: false },
        stored: false,
        host: new URL(endpoint).host,
        bytes,
      };
    }
    if (origin?.kind === 'site')
      return {
        job: { kind: 'site', base: origin.base, exact: true, keep: false },
        stored: true,
        host: null,
        bytes,
      };
    return null;
  }

  /** Compares the answers to `ids`. */
  async compare(exact: ExactSource, ids: number[]): Promise<void> {
    this.#comparing?.cancel();
    this.comparison = { kind: 'running', progress: null };
    const mine = startAnswering(exact.job, this.library.wasm, ids, {
      onProgress: (progress) => this.#comparing === mine && (this.comparison = { kind: 'running', progress }),
    });
    this.#comparing = mine;
    try {
      const [wanted, { logits }] = [await mine.done, await this.engine.call('probe', { ids, heads: [] })];
      if (this.#comparing === mine)
        this.comparison = { kind: 'done', result: diverge(wanted, logits), stored: exact.stored };
    } catch (error) {
      if (this.#comparing === mine)
        this.comparison = { kind: 'failed', failure: ModelFailure.from(error).plain() };
    }
  }

  stopComparing(): void {
    this.#comparing?.cancel();
  }
}

export const [useVerification, provideVerification] = createContext<Verification>();
