/** Notices a worker that answers no more: one that hangs, that closed itself, or whose script never came. */
import { stallLimit } from '../protocol/stall';

/** Length of a look, ms. Looks are counted instead of time, because a sleeping machine or a hidden tab makes none. */
const look = 1000;
/** Looks without a word after which the worker is asked whether it is there. */
const asking = 3;
/** Looks without a word after which a worker that has spoken is gone: more than it computes at a stretch. */
export const silence = 20;

export interface Watched {
  /** Whether anybody waits for an answer. */
  busy: () => boolean;
  /** Asks the worker for any answer. */
  ask: () => void;
  /** `started`: it has spoken before. */
  ongone: (started: boolean) => void;
}

export class Watchdog {
  readonly #watched: Watched;
  #timer: ReturnType<typeof setInterval> | undefined;
  #looks = 0;
  #started = false;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Something is waited for: watches until nothing is. */
  watch(): void {
    if (this.#timer !== undefined) return;
    this.#looks = 0;
    this.#timer = setInterval(() => this.#look(), look);
  }

  /** The worker has said something. */
  hear(): void {
    this.#started = true;
    this.#looks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    if (!this.#watched.busy()) return this.stop();
    this.#looks += 1;
    if (this.#looks % asking === 0) this.#watched.ask();
    if (this.#looks < (this.#started ? silence : stallLimit / look)) return;
    this.stop();
    this.#watched.ongone(this.#started);
  }
}
