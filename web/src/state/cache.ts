import type { Tensor } from '../engine/protocol';
import type { Slice } from './run.svelte';

/** Bytes of tensors kept for going back to; one head's pattern at 1,024 tokens is 4 MB. */
const budget = 96 * 1024 * 1024;

interface Held {
  promise: Promise<Tensor>;
  bytes: number;
  /** Askers that still want it; those who gave no signal want it for ever. */
  wanted: number;
  abort: AbortController;
}

/** Answers of one run, shared by whoever asks for the same slice; the least recently used go first. */
export class TensorCache {
  #run = -1;
  #held = new Map<string, Held>();
  #bytes = 0;

  /** Forgets everything that belongs to another run. */
  reset(run: number): void {
    if (run === this.#run) return;
    this.#run = run;
    this.#held.clear();
    this.#bytes = 0;
  }

  /**
   * The answer held, or a new one. When each of its askers has let go by `signal` before it came, it is called off, so
   * that what is scrubbed past does not keep what is on screen waiting.
   */
  get(
    run: number,
    name: string,
    slice: Slice,
    pull: (signal: AbortSignal) => Promise<Tensor>,
    signal?: AbortSignal,
  ): Promise<Tensor> {
    this.reset(run);
    const key = `${name}|${slice.head ?? ''}|${slice.rows?.join('-') ?? ''}`;
    const known = this.#held.get(key);
    if (known) {
      this.#held.delete(key);
      this.#held.set(key, known);
      this.#want(key, known, signal);
      return known.promise;
    }
    const abort = new AbortController();
    const entry: Held = { promise: pull(abort.signal), bytes: 0, wanted: 0, abort };
    this.#held.set(key, entry);
    this.#want(key, entry, signal);
    entry.promise.then(
      (tensor) => this.#keep(key, entry, tensor.data.byteLength),
      () => this.#held.get(key) === entry && this.#held.delete(key),
    );
    return entry.promise;
  }

  #want(key: string, entry: Held, signal: AbortSignal | undefined): void {
    entry.wanted += 1;
    signal?.addEventListener(
      'abort',
      () => {
        entry.wanted -= 1;
        // A view that asks anew for the same lets go first: what follows in this turn may want it still.
        queueMicrotask(() => {
          if (entry.wanted > 0 || entry.bytes > 0) return;
          if (this.#held.get(key) === entry) this.#held.delete(key);
          entry.abort.abort();
        });
      },
      { once: true },
    );
  }

  #keep(key: string, entry: Held, bytes: number): void {
    if (this.#held.get(key) !== entry) return;
    entry.bytes = bytes;
    this.#bytes += bytes;
    for (const [oldest, held] of this.#held) {
      if (this.#bytes <= budget || oldest === key) break;
      this.#bytes -= held.bytes;
      this.#held.delete(oldest);
    }
  }
}
