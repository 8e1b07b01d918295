import { createEngine, EngineError, type Engine } from '../client/client';
import type {
  PatchCell,
  PatchRequest,
  RaceRequest,
  RaceStep,
  SweepCell,
  SweepRequest,
} from '../protocol/experiments';
import type {
  Answer,
  Arguments,
  CallName,
  EngineEvent,
  Failure,
  LoadProgress,
  ModelInfo,
  ModelSource,
} from '../protocol/protocol';

export type EnginePhase =
  | { kind: 'loading'; source: ModelSource; progress: LoadProgress | null }
  | { kind: 'ready'; source: ModelSource }
  | { kind: 'failed'; source: ModelSource; failure: Failure };

/** What a long question finds on its way. */
type Found = Extract<EngineEvent, { asked: number }>;

/** Crashes without a good answer between them after which reloading by itself would only go in circles. */
const crashLimit = 2;

/** Owns the worker and the model in it. The model in use stays until another one has loaded. */
export class EngineState {
  phase = $state.raw<EnginePhase>({
    kind: 'loading',
    source: { kind: 'site', id: '', base: '' },
    progress: null,
  });
  /** The model in use, or null before the first one is ready and after a crash. */
  info = $state.raw<ModelInfo | null>(null);
  /** Which build of the engine was chosen, and why. */
  variant = $state.raw<Extract<EngineEvent, { type: 'variant' }> | null>(null);
  /** Set when the worker died and was replaced; cleared by the next good answer. */
  crashed = $state.raw<Failure | null>(null);

  /** How far a run is that takes long; null when none does. */
  ran = $state.raw<{ steps: number; of: number } | null>(null);

  /** The answer on screen is the first after a crash. */
  recovered = $state(false);

  /** Called when a model has become ready. */
  onmodel: (info: ModelInfo) => void = () => {};

  #client: Engine;
  /** Who hears of what long questions find on the way, by their number. */
  readonly #following = new Map<number, (event: Found) => void>();
  #asked = 0;
  #loading: AbortController | null = null;
  #crashes = 0;
  /** Where the model in use came from. */
  #used: ModelSource | null = null;

  /** `make` starts the worker's page end. */
  constructor(make = createEngine) {
    const asked = new URLSearchParams(globalThis.location?.search);
    this.#client = make({
      onEvent: (event) => this.#hear(event),
      onCrash: (failure) => this.#recover(failure),
      // `?threads=1`, `?kernel=simd` and the like: the choice of a build can be overruled.
      threads: asked.get('threads'),
      kernel: asked.get('kernel'),
    });
  }

  /** `signal` gives it up: then all is as it was before, unless the model was already in its place. */
  async load(source: ModelSource, signal?: AbortSignal): Promise<void> {
    this.#loading?.abort();
    const attempt = new AbortController();
    this.#loading = attempt;
    const before = this.phase;
    this.phase = { kind: 'loading', source, progress: null };
    signal?.addEventListener('abort', () => attempt.abort(), { once: true });
    try {
      const info = await this.#client.call('load', source, attempt.signal);
      // It is in use from here on, also where another one has been asked for since.
      if (this.#loading === attempt) this.phase = { kind: 'ready', source };
      this.#used = source;
      this.info = info;
      this.onmodel(info);
    } catch (error) {
      if (this.#loading !== attempt) return;
      const failure = failureOf(error);
      // A crash is followed by its own reload.
      if (failure.code === 'crashed') return;
      if (attempt.signal.aborted) {
        // What was on its way then is so again.
        if (before.kind === 'loading') return this.load(before.source);
        this.phase = before;
      } else this.phase = { kind: 'failed', source, failure };
    }
  }

  /** Loads again whatever was asked for last. */
  retry(): Promise<void> {
    this.#crashes = 0;
    return this.load(this.phase.source);
  }

  /** Starts an engine again that was given up after its crashes: another text may be one that it can take. */
  revive(): void {
    const { phase } = this;
    if (phase.kind === 'failed' && phase.failure.code === 'crashed' && !this.info) void this.retry();
  }

  call<K extends CallName>(name: K, args: Arguments<K>, signal?: AbortSignal): Promise<Answer<K>> {
    const answer = this.#client.call(name, args, signal);
    if (name === 'run') {
      const end = () => (this.ran = null);
      answer.then(end, end);
    }
    return answer;
  }

  /** The last run came through: earlier crashes no longer count. */
  healthy(): void {
    this.#crashes = 0;
    this.recovered = this.crashed !== null;
    this.crashed = null;
  }

  /** Changes one part after the other; `tell` gets what is found on the way. Resolves to the number of cells. */
  sweep(
    request: Omit<SweepRequest, 'asked'>,
    tell: (cells: SweepCell[]) => void,
    signal?: AbortSignal,
  ): Promise<number> {
    const hear = (event: Found) => event.type === 'cells' && tell(event.cells);
    return this.#follow((asked) => this.call('sweep', { ...request, asked }, signal), hear);
  }

  /** Writes with and without keys and values kept; `tell` gets the steps. */
  race(
    request: Omit<RaceRequest, 'asked'>,
    tell: (steps: RaceStep[]) => void,
    signal?: AbortSignal,
  ): Promise<number> {
    const hear = (event: Found) => event.type === 'raced' && tell(event.steps);
    return this.#follow((asked) => this.call('race', { ...request, asked }, signal), hear);
  }

  /** Puts what one prompt has into another's run, place by place; `tell` gets the cells. */
  patch(
    request: Omit<PatchRequest, 'asked'>,
    tell: (cells: PatchCell[]) => void,
    signal?: AbortSignal,
  ): Promise<number> {
    const hear = (event: Found) => event.type === 'patched' && tell(event.cells);
    return this.#follow((asked) => this.call('patch', { ...request, asked }, signal), hear);
  }

  async #follow(ask: (asked: number) => Promise<number>, hear: (event: Found) => unknown): Promise<number> {
    const asked = ++this.#asked;
    this.#following.set(asked, hear);
    try {
      return await ask(asked);
    } finally {
      this.#following.delete(asked);
    }
  }

  dispose(): void {
    this.#client.dispose();
  }

  #hear(event: EngineEvent): void {
    if (event.type === 'variant') this.variant = event;
    else if (event.type === 'ran') this.ran = event;
    else if ('asked' in event) this.#following.get(event.asked)?.(event);
    else if (this.phase.kind === 'loading') this.phase = { ...this.phase, progress: event.progress };
  }

  #recover(failure: Failure): void {
    this.#crashes += 1;
    this.crashed = failure;
    this.info = null;
    // What was being loaded; else the model that was in use, also after another one has failed.
    const source = this.phase.kind === 'loading' ? this.phase.source : (this.#used ?? this.phase.source);
    if (this.#crashes > crashLimit) this.phase = { kind: 'failed', source, failure };
    else void this.load(source);
  }
}

/** Whatever was thrown, as the plain failure that the page can show. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EngineError) return error.failure;
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** Failures that only say the answer is no longer wanted. */
export function isDropped(failure: Failure): boolean {
  return failure.code === 'superseded' || failure.code === 'stale' || failure.code === 'cancelled';
}
