import type { WorkerLike } from '../../../web/src/client/client';
import type { CallName, FromWorker, ToWorker } from '../../../web/src/protocol/protocol';

/** A worker whose answers the test writes. */
export class FakeWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onmessageerror: WorkerLike['onmessageerror'] = null;
  onerror: WorkerLike['onerror'] = null;
  readonly heard: ToWorker[] = [];
  terminated = false;

  postMessage(message: ToWorker): void {
    this.heard.push(structuredClone(message));
  }
  terminate(): void {
    this.terminated = true;
  }
  say(message: FromWorker): void {
    this.onmessage?.({ data: structuredClone(message) } as MessageEvent<FromWorker>);
  }
  fail(message: string): void {
    this.onerror?.({ message } as ErrorEvent);
  }
  /** Ids of the calls of that name, in the order in which they came. */
  calls(name: CallName): number[] {
    return this.heard.flatMap((message) =>
      message.type === 'call' && message.name === name ? [message.id] : [],
    );
  }
}
