import { tick } from 'svelte';
import { painted } from './painted';

/** Longest that pieces follow one another within a frame, ms. */
const patience = 8;

/**
 * Work that need not be done in one go: pieces of it, in the order in which turns were taken, as many a frame as there
 * is time for, so that what is drawn first is seen and answers before the rest is there.
 */
export class Turns {
  #waiting: (() => void)[] = [];
  #running: Promise<void> | null = null;

  constructor(private readonly frame: () => Promise<void> = painted) {}

  /** Calls `work` when its turn has come. Returns what gives the turn up. */
  take(work: () => void): () => void {
    this.#waiting.push(work);
    this.#running ??= this.#go();
    return () => {
      const at = this.#waiting.indexOf(work);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  /**
   * Works something out that pauses now and then, a turn from pause to pause. `value` is undefined if `end` was called
   * before it was there, and rejects with what went wrong.
   */
  through<T>(work: Generator<void, T>): { value: Promise<T | undefined>; end: () => void } {
    let end = () => {};
    const value = new Promise<T | undefined>((resolve, reject) => {
      let give = () => {};
      const go = () => {
        try {
          const { done, value } = work.next();
          if (done) resolve(value);
          else give = this.take(go);
        } catch (error) {
          reject(error);
        }
      };
      give = this.take(go);
      end = () => {
        give();
        resolve(undefined);
      };
    });
    return { value, end: () => end() };
  }

  /** Resolves when nobody waits for a turn. */
  async over(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #go(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.frame();
      const begun = performance.now();
      do {
        this.#waiting.shift()?.();
        await tick();
      } while (this.#waiting.length > 0 && performance.now() - begun < patience);
    }
    this.#running = null;
  }
}

/** The page's own. */
export const turns = new Turns();
