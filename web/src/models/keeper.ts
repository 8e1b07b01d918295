/** The page's end of keeper.worker.ts. */
import type { Acquired } from './acquire';
import { ModelFailure, type PlainFailure } from './failure';
import type { FromKeeper, Job, ToKeeper } from './jobs';
import type { Progress } from './progress';

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
  return start({ type: 'acquire', job, wasm }, listener, (message) =>
    message.type === 'acquired' ? { ...message.acquired, heapBytes: message.heapBytes } : null,
  );
}

/** The logits [V] with which the model in 32-bit floats answers `ids`. */
export function startAnswering(
  job: Job,
  wasm: string,
  ids: number[],
  listener: KeeperListener = {},
): KeeperRun<Float32Array> {
  return start({ type: 'answer', job, wasm, ids }, listener, (message) =>
    message.type === 'answered' ? message.logits : null,
  );
}

function start<T>(
  order: ToKeeper,
  listener: KeeperListener,
  read: (message: FromKeeper) => T | null,
): KeeperRun<T> {
  const worker = new Worker(new URL('./keeper.worker.ts', import.meta.url), {
    type: 'module',
    name: 'vitrine models',
  });
  let refuse: (failure: ModelFailure) => void = () => undefined;
  const done = new Promise<T>((resolve, reject) => {
    refuse = reject;
    worker.onmessage = ({ data }: MessageEvent<FromKeeper>) => {
      const result = read(data);
      if (result !== null) resolve(result);
      else if (data.type === 'progress') listener.onProgress?.(data.progress);
      else if (data.type === 'notice') listener.onNotice?.(data.failure);
      else if (data.type === 'failed') reject(new ModelFailure(data.failure.code, data.failure.values));
    };
    worker.onerror = (event) =>
      reject(new ModelFailure('crashed', { detail: event.message || 'the worker could not be started' }));
  }).finally(() => worker.terminate());
  worker.postMessage(order);
  return {
    done,
    cancel() {
      worker.postMessage({ type: 'cancel' } satisfies ToKeeper);
      setTimeout(() => refuse(new ModelFailure('cancelled')), GRACE);
    },
  };
}
