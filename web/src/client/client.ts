/** The page's end of the worker: typed calls, cancellation, and a new worker when one dies. */
import type {
  Answer,
  Arguments,
  CallName,
  EngineEvent,
  Failure,
  FromWorker,
  ModelSource,
  ToWorker,
} from '../protocol/protocol';
import { reason } from '../protocol/reasons';
import { stallLimit } from '../protocol/stall';
import { silence, Watchdog } from './watchdog';

/** Put in by the page's build: where vitrine.wasm lies, relative to the page. */
declare const __ENGINE_WASM__: string;

export class EngineError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'EngineError';
  }
}

/** What of a Worker is used, so that tests can play one. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface EngineClientOptions {
  onEvent?: (event: EngineEvent) => void;
  /** Called when the worker died; the client has already replaced it and must be given a model again. */
  onCrash?: (failure: Failure) => void;
  /** Where vitrine.wasm lies; relative to the page. */
  wasm?: string;
  /** What `?threads=` of the page's address says. */
  threads?: string | null;
  /** What `?kernel=` says: `simd` keeps to the instructions that every browser has. */
  kernel?: string | null;
  /** Makes the worker. */
  worker?: () => WorkerLike;
}

export interface Engine {
  /**
   * Rejects with an EngineError, whose failure says why. Aborting rejects at once with `cancelled`, and tells the
   * worker so that it stops too; only a load goes on until the worker has stopped it, or was done before it heard.
   */
  call<K extends CallName>(name: K, args: Arguments<K>, signal?: AbortSignal): Promise<Answer<K>>;
  dispose(): void;
}

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: EngineError) => void;
}

export function createEngine(options: EngineClientOptions = {}): Engine {
  return new WorkerEngine(options);
}

class WorkerEngine implements Engine {
  readonly #options: EngineClientOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: WorkerLike | undefined;
  #watchdog: Watchdog | undefined;
  #calls = 0;
  /** The last run that was answered. */
  #runs = 0;
  #disposed = false;

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  call<K extends CallName>(name: K, args: Arguments<K>, signal?: AbortSignal): Promise<Answer<K>> {
    const id = ++this.#calls;
    return new Promise<Answer<K>>((resolve, reject) => {
      const fail = (code: Failure['code'], message: string) => reject(new EngineError({ code, message }));
      if (this.#disposed) return fail('cancelled', 'The engine has been closed.');
      if (signal?.aborted) return fail('cancelled', 'Cancelled.');
      const onabort = () => {
        this.#worker?.postMessage({ type: 'cancel', id });
        // Which model is in use only the worker knows: the one that was, or already the other.
        if (name === 'load') return;
        // The worker's late answer finds nobody waiting.
        this.#pending.delete(id);
        fail('cancelled', 'Cancelled.');
      };
      signal?.addEventListener('abort', onabort, { once: true });
      const settled = () => signal?.removeEventListener('abort', onabort);
      this.#pending.set(id, {
        // One message carries name and arguments, and its answer is the one that `Calls` pairs with them.
        resolve: (result) => {
          settled();
          if (name === 'run') this.#runs = (result as Answer<'run'>).run;
          resolve(result as Answer<K>);
        },
        reject: (error) => (settled(), reject(error)),
      });
      try {
        this.#worker ??= this.#start();
        this.#watchdog?.watch();
        this.#worker.postMessage({ type: 'call', id, name, args: absolute(name, args) } as ToWorker);
      } catch (reason) {
        // The arguments cannot be copied to the worker: the caller's mistake, and nothing was sent.
        this.#pending.delete(id);
        settled();
        fail('internal', reason instanceof Error ? reason.message : String(reason));
      }
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#stop({ code: 'cancelled', message: 'The engine has been closed.' });
  }

  #start(): WorkerLike {
    const worker = (this.#options.worker ?? createWorker)();
    const watchdog = new Watchdog({
      busy: () => this.#pending.size > 0,
      ask: () => worker.postMessage({ type: 'ping' }),
      ongone: (started) => (started ? this.#crash(silent()) : this.#stop(unstarted())),
    });
    this.#watchdog = watchdog;
    worker.onmessage = ({ data }) => {
      watchdog.hear();
      this.#hear(data);
    };
    // A worker that throws, or a message that cannot be read: no answer can be relied on any more.
    worker.onerror = (event) =>
      this.#crash({
        message: `The engine's worker failed: ${event.message || 'it could not be started'}. Reload the page if this goes on.`,
        reason: reason('worker_failed'),
      });
    worker.onmessageerror = () =>
      this.#crash({ message: 'An answer of the engine could not be read.', reason: reason('worker_failed') });
    const wasm = fromPage(this.#options.wasm ?? __ENGINE_WASM__);
    const { threads = null, kernel = null } = this.#options;
    worker.postMessage({
      type: 'init',
      wasm,
      threads,
      kernel,
      runs: this.#runs,
    });
    return worker;
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'answer':
        this.#take(message.id)?.resolve(message.result);
        break;
      case 'answers':
        for (const { id, result } of message.answers) this.#take(id)?.resolve(result);
        break;
      case 'failure':
        this.#take(message.id)?.reject(new EngineError(message.failure));
        break;
      case 'event':
        this.#options.onEvent?.(message.event);
        break;
      case 'crashed':
        this.#crash(message.failure);
        break;
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** The next call gets a new worker; not at once, so that one that cannot even start is not started for ever. */
  #crash(told: Omit<Failure, 'code'>): void {
    const failure: Failure = { ...told, code: 'crashed' };
    this.#stop(failure);
    this.#options.onCrash?.(failure);
  }

  #stop(failure: Failure): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#watchdog?.stop();
    if (worker) {
      worker.onmessage = worker.onerror = worker.onmessageerror = null;
      worker.terminate();
    }
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new EngineError(failure));
  }
}

/** It hangs, or closed itself without a word. */
const silent = (): Omit<Failure, 'code'> => ({
  message: `The engine's worker has answered nothing for ${silence} s.`,
  reason: reason('worker_silent', { seconds: silence }),
});

/** Its script never came, or came empty: whoever asks again gets another one. */
const unstarted = (): Failure => ({
  code: 'network',
  message: `Nothing of the engine's worker has come for ${stallLimit / 1000} s. Check the connection and try again.`,
  reason: reason('engine_stalled', { seconds: stallLimit / 1000 }),
});

function createWorker(): WorkerLike {
  return new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'engine' });
}

/** The worker's own base is its script, so addresses are made absolute here. */
function fromPage(url: string): string {
  return typeof document === 'undefined' ? url : new URL(url, document.baseURI).href;
}

function absolute<K extends CallName>(name: K, args: Arguments<K>): Arguments<K> {
  if (name !== 'load') return args;
  const source = args as ModelSource;
  return (source.kind === 'site' ? { ...source, base: fromPage(source.base) } : source) as Arguments<K>;
}
