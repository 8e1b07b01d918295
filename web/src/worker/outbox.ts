/**
 * Answers on their way to the page. Those of one screen's pulls leave together: each message is a task of its own over
 * there, after which the page lays out and paints anew, and that costs more than the answers do.
 */
import type { FromWorker } from '../protocol/protocol';

/** Longest that an answer waits for others, ms; below a frame, so that slow pulls are still seen as they come. */
const patience = 8;

export class Outbox {
  #held: { id: number; result: unknown }[] = [];
  #transfer: Transferable[] = [];
  #since = 0;

  constructor(private readonly post: (message: FromWorker, transfer: Transferable[]) => void) {}

  /** Keeps an answer back while `more` are about to come. */
  hold(answer: { id: number; result: unknown }, transfer: Transferable[], more: boolean): void {
    if (this.#held.length === 0) this.#since = performance.now();
    this.#held.push(answer);
    this.#transfer.push(...transfer);
    if (!more || performance.now() - this.#since >= patience) this.flush();
  }

  /** Sends at once, after what was kept back: nothing overtakes. */
  send(message: FromWorker, transfer: Transferable[] = []): void {
    this.flush();
    this.post(message, transfer);
  }

  flush(): void {
    const [answers, transfer] = [this.#held, this.#transfer];
    if (answers.length === 0) return;
    this.#held = [];
    this.#transfer = [];
    this.post({ type: 'answers', answers }, transfer);
  }
}
