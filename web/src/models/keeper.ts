/** The page's end of keeper.worker.ts. */
import type { Acquired } from './acquire';
import type { PlainFailure } from '../protocol/model-failure';
import { ModelFailure } from './failure';
import type { FromKeeper, Job, ToKeeper } from './jobs';
import type { Progress } from './progress';
import type { Divergence } from './reference';

export interface KeeperListener {
  onProgress?: (progress: Progress) => void;
  onNotice?: (failure: PlainFailure) => void;
}

export interface KeeperRun<T> {
  /** Rejects with ModelFailure. */
  done: Promise<T>;
  cancel(): void;
}

/** Milliseconds a cancelled worker has to put its files down before it is ended. */
const GRACE = 2000;

/** `wasm`: address of the engine's module. */
export function startAcquiring(
  job: Job,
  wasm: string,
  listener: KeeperListener = {},
): KeeperRun<Acquired & { heapBytes: number }> {
  const worker = new KeeperWorker({ type: 'acquire', job, wasm }, listener);
  return {
    done: worker
      .hear('acquired')
      .then(({ acquired, heapBytes }) => ({ ...acquired, heapBytes }))
      .finally(() => worker.end()),
    cancel: () => worker.cancel(),
  };
}

/** A model loaded for a while, to be compared with the one on screen. All calls reject with ModelFailure. */
export class Comparing {
  /** It is loaded and has run the tokens. */
  readonly ready: Promise<void>;
  readonly #worker: KeeperWorker;

  constructor(job: Job, wasm: string, ids: number[], listener: KeeperListener = {}) {
    this.#worker = new KeeperWorker({ type: 'compare', job, wasm, ids }, listener);
    this.ready = this.#worker.hear('computed').then(() => undefined);
  }

  /** `logits` [rows, V] of the model on screen at the positions from `begin` on; the array is given away. */
  async judge(begin: number, logits: Float32Array): Promise<Divergence[]> {
    this.#worker.post({ type: 'rows', begin, logits }, [logits.buffer as ArrayBuffer]);
    return (await this.#worker.hear('compared')).positions;
  }

  cancel(): void {
    this.#worker.cancel();
  }

  /** Gives its memory back. */
  end(): void {
    this.#worker.end();
  }
}

type Heard<K extends FromKeeper['type']> = Extract<FromKeeper, { type: K }>;

/** One worker for one order; it is asked for one thing at a time. */
class KeeperWorker {
  readonly #worker = new Worker(new URL('./keeper.worker.ts', import.meta.url), {
    type: 'module',
    name: 'vitrine models',
  });
  #settle: { resolve: (message: FromKeeper) => void; reject: (failure: ModelFailure) => void } | null = null;
  #failure: ModelFailure | null = null;

  constructor(order: ToKeeper, listener: KeeperListener) {
    this.#worker.onmessage = ({ data }: MessageEvent<FromKeeper>) => {
      if (data.type === 'progress') listener.onProgress?.(data.progress);
      else if (data.type === 'notice') listener.onNotice?.(data.failure);
      else if (data.type === 'failed') this.#fail(ModelFailure.of(data.failure));
      else this.#settle?.resolve(data);
    };
    this.#worker.onerror = (event) =>
      this.#fail(new ModelFailure('crashed', { detail: event.message || 'the worker could not be started' }));
    this.post(order);
  }

  post(message: ToKeeper, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  hear<K extends FromKeeper['type']>(type: K): Promise<Heard<K>> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#settle = {
        resolve: (message) => message.type === type && resolve(message as Heard<K>),
        reject,
      };
    });
  }

  cancel(): void {
    this.post({ type: 'cancel' });
    setTimeout(() => this.#fail(new ModelFailure('cancelled')), GRACE);
  }

  end(): void {
    this.#worker.terminate();
  }

  /** The first failure is the one that is told. */
  #fail(failure: ModelFailure): void {
    this.#failure ??= failure;
    this.#settle?.reject(this.#failure);
  }
}
