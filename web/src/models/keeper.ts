/** The page's end of keeper.worker.ts. */
import type { Acquired } from './acquire';
import { ModelFailure, type PlainFailure } from './failure';
import type { FromKeeper, Job, ToKeeper } from './jobs';
import type { Progress } from './progress';

export interface KeeperListener {
  onProgress?: (progress: Progress) => void;
  onNotice?: (failure: PlainFailure) => void;
}

export interface KeeperRun {
  /** Rejects with ModelFailure. */
  done: Promise<Acquired & { heapBytes: number }>;
  cancel(): void;
}

/** Milliseconds a cancelled worker has to put its files down before it is ended. */
const GRACE = 2000;

/** Starts a worker for the job. `wasm`: address of the engine's module. */
export function startKeeper(job: Job, wasm: string, listener: KeeperListener = {}): KeeperRun {
  const worker = new Worker(new URL('./keeper.worker.ts', import.meta.url), { type: 'module', name: 'vitrine models' });
  const send = (message: ToKeeper) => worker.postMessage(message);
  let refuse: (failure: ModelFailure) => void = () => undefined;
  const done = new Promise<Acquired & { heapBytes: number }>((resolve, reject) => {
    refuse = reject;
    worker.onmessage = ({ data }: MessageEvent<FromKeeper>) => {
      if (data.type === 'progress') listener.onProgress?.(data.progress);
      else if (data.type === 'notice') listener.onNotice?.(data.failure);
      else if (data.type === 'done') resolve({ ...data.acquired, heapBytes: data.heapBytes });
      else reject(new ModelFailure(data.failure.code, data.failure.values));
    };
    worker.onerror = (event) => reject(new ModelFailure('crashed', { detail: event.message || 'the worker could not be started' }));
  }).finally(() => worker.terminate());
  send({ type: 'start', job, wasm });
  return {
    done,
    cancel() {
      send({ type: 'cancel' });
      setTimeout(() => refuse(new ModelFailure('cancelled')), GRACE);
    },
  };
}
