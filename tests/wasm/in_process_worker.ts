import { MessageChannel } from 'node:worker_threads';
import type { WorkerLike } from '../../web/src/client/client';
import type { FromWorker, ToWorker } from '../../web/src/protocol/protocol';
import { EngineServer } from '../../web/src/worker/server';
import { wasmBytes } from './engine';

/**
 * The worker's own code on this thread, behind a real message channel: messages are copied and transferred, and come
 * as tasks of their own, exactly as between a page and its worker.
 */
export class InProcessWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onmessageerror: WorkerLike['onmessageerror'] = null;
  onerror: WorkerLike['onerror'] = null;
  readonly #channel = new MessageChannel();
  readonly #server: EngineServer;
  readonly #wasm: Uint8Array<ArrayBuffer>;
  /** Node cannot copy a File; they go past the channel. */
  readonly #files = new Map<number, File[]>();

  constructor(wasm: Uint8Array<ArrayBuffer> = wasmBytes()) {
    this.#wasm = wasm;
    const { port1: page, port2: worker } = this.#channel;
    this.#server = new EngineServer((message, transfer) =>
      worker.postMessage(message, transfer as unknown as ArrayBuffer[]),
    );
    worker.on('message', (message: ToWorker) => this.#server.receive(this.#completed(message)));
    page.on('message', (data: FromWorker) => this.onmessage?.({ data } as MessageEvent<FromWorker>));
  }

  postMessage(message: ToWorker): void {
    if (message.type === 'call' && message.name === 'load' && message.args.kind === 'files') {
      this.#files.set(message.id, message.args.files);
      message = { ...message, args: { ...message.args, files: [] } };
    }
    this.#channel.port1.postMessage(message);
  }

  #completed(message: ToWorker): Parameters<EngineServer['receive']>[0] {
    // Node fetches no files, so the module goes in as bytes.
    if (message.type === 'init') return { ...message, wasm: this.#wasm };
    if (message.type !== 'call' || message.name !== 'load' || message.args.kind !== 'files') return message;
    return { ...message, args: { ...message.args, files: this.#files.get(message.id) ?? [] } };
  }

  terminate(): void {
    this.#server.close();
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
}
