import type { Tensor } from '../engine/protocol';
import type { Slice } from './run.svelte';

/** Bytes of tensors kept for going back to; one head's pattern at 1,024 tokens is 4 MB. */
const budget = 96 * 1024 * 1024;

/** Answers of one run, shared by whoever asks for the same slice; the least recently used go first. */
export class TensorCache {
  #run = -1;
  #held = new Map<string, { promise: Promise<Tensor>; bytes: number }>();
  #bytes = 0;

  /** Forgets everything that belongs to another run. */
  reset(run: number): void {
    if (run === this.#run) return;
    this.#run = run;
    this.#held.clear();
    this.#bytes = 0;
  }

  get(run: number, name: string, slice: Slice, pull: () => Promise<Tensor>): Promise<Tensor> {
    this.reset(run);
    const key = `${name}|${slice.head ?? ''}|${slice.rows?.join('-') ?? ''}`;
    const known = this.#held.get(key);
    if (known) {
      this.#held.delete(key);
      this.#held.set(key, known);
      return known.promise;
    }
    const entry = { promise: pull(), bytes: 0 };
    this.#held.set(key, entry);
    entry.promise.then(
      (tensor) => this.#keep(key, entry, tensor.data.byteLength),
      () => this.#held.get(key) === entry && this.#held.delete(key),
    );
    return entry.promise;
  }

  #keep(key: string, entry: { bytes: number }, bytes: number): void {
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
