/** Workers of the web as threads of Node: what little of them the engine's client and pool use. */
import { Worker as Thread } from 'node:worker_threads';
import type { WorkerLike } from '../../../web/src/client/client';
import type { HelperWorker } from '../../../web/src/wasm/threads';

export const makeHelper = (): HelperWorker => new Thread(new URL('./helper.js', import.meta.url));

export function makeWorker(): WorkerLike {
  const thread = new Thread(new URL('./worker.js', import.meta.url));
  const worker: WorkerLike = {
    onmessage: null,
    onmessageerror: null,
    onerror: null,
    postMessage: (message) => thread.postMessage(message),
    terminate: () => void thread.terminate(),
  };
  thread.on('message', (data) => worker.onmessage?.({ data } as MessageEvent));
  thread.on('error', (error) => worker.onerror?.({ message: error.message } as ErrorEvent));
  return worker;
}
