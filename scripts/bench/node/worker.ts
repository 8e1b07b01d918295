/** The page's own worker, in a thread of Node, which may share memory like an isolated page. */
import { availableParallelism } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from '../../../web/src/protocol/protocol';
import '../../../web/src/worker/worker';
import { makeHelper } from './threads';

Object.assign(globalThis, {
  crossOriginIsolated: true,
  Worker: function Worker() {
    return makeHelper();
  },
  postMessage: (message: unknown, transfer: never[]) => parentPort!.postMessage(message, transfer),
});
globalThis.navigator ??= { hardwareConcurrency: availableParallelism() } as Navigator;

const scope = globalThis as unknown as { onmessage: (event: { data: ToWorker }) => void };
parentPort!.on('message', (data: ToWorker) => scope.onmessage({ data }));
