/** The worker's end: hands messages to the engine's server and its answers back. */
import type { FromWorker, ToWorker } from '../protocol/protocol';
import { EngineServer } from './server';

interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer: Transferable[]): void;
}

// The worker's own global scope; the page's types do not know it.
const scope = globalThis as unknown as WorkerScope;
const server = new EngineServer((message, transfer) => scope.postMessage(message, transfer));
scope.onmessage = (event) => server.receive(event.data);
