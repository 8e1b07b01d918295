import type { Tensor, TensorRequest } from '../protocol/protocol';

/** A tensor of the current run: the protocol's request without the run, which is added when it is sent. */
export type Slice = Omit<TensorRequest, 'run' | 'name'>;

/** Bytes of tensors kept for going back to; one head's pattern at 1,024 tokens is 4 MB. */
const budget = 96 * 1024 * 1024;

interface Held {
  name: string;
  slice: Slice;
  /** Which picture it belongs to, where it is not the run on screen's own. */
  source: string;
  promise: Promise<Tensor>;
  /** Once it has come. */
  tensor?: Tensor;
  bytes: number;
  /** Askers that still want it. */
  wanted: number;
  abort: AbortController;
}

/** A tensor that was asked for: `tensor` if it is here already. `drop` lets go of it. */
export interface Asked {
  tensor?: Tensor;
  promise: Promise<Tensor>;
  drop: () => void;
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
   * The answer held, or a new one. When each of its askers has let go before it came, it is called off, so that what is
   * scrubbed past does not keep what is on screen waiting.
   */
  get(
    run: number,
    name: string,
    slice: Slice,
    pull: (signal: AbortSignal) => Promise<Tensor>,
    source = '',
  ): Asked {
    this.reset(run);
    const key = keyOf(name, slice, source);
    let entry = this.#held.get(key);
    if (entry) {
      this.#held.delete(key);
      this.#held.set(key, entry);
    } else {
      const abort = new AbortController();
      const made = (entry = this.#hold(key, { name, slice, source, promise: pull(abort.signal), abort }));
      made.promise.then(
        (tensor) => this.#keep(key, made, tensor),
        () => this.#held.get(key) === made && this.#held.delete(key),
      );
    }
    entry.wanted += 1;
    const { tensor, promise } = entry;
    return { tensor, promise, drop: () => this.#drop(key, entry) };
  }

  /** Takes in an answer that came unasked. */
  put(run: number, name: string, slice: Slice, tensor: Tensor): void {
    this.reset(run);
    const key = keyOf(name, slice);
    if (this.#held.has(key)) return;
    const abort = new AbortController();
    this.#keep(
      key,
      this.#hold(key, { name, slice, source: '', promise: Promise.resolve(tensor), abort }),
      tensor,
    );
  }

  /** What somebody wants of the run itself. */
  wanted(): { name: string; slice: Slice }[] {
    return [...this.#held.values()]
      .filter(({ wanted, source }) => wanted > 0 && source === '')
      .map(({ name, slice }) => ({ name, slice }));
  }

  #hold(key: string, made: Pick<Held, 'name' | 'slice' | 'source' | 'promise' | 'abort'>): Held {
    const entry: Held = { ...made, bytes: 0, wanted: 0 };
    this.#held.set(key, entry);
    return entry;
  }

  #drop(key: string, entry: Held): void {
    entry.wanted -= 1;
    if (entry.wanted > 0 || entry.tensor) return;
    // A view that asks anew for the same lets go first: what follows in this turn may want it still.
    queueMicrotask(() => {
      if (entry.wanted > 0 || entry.tensor) return;
      if (this.#held.get(key) === entry) this.#held.delete(key);
      entry.abort.abort();
    });
  }

  #keep(key: string, entry: Held, tensor: Tensor): void {
    if (this.#held.get(key) !== entry) return;
    entry.tensor = tensor;
    entry.bytes = tensor.data.byteLength;
    this.#bytes += entry.bytes;
    for (const [oldest, held] of this.#held) {
      if (this.#bytes <= budget || oldest === key) break;
      this.#bytes -= held.bytes;
      this.#held.delete(oldest);
    }
  }
}

function keyOf(name: string, slice: Slice, source = ''): string {
  return `${source}|${name}|${slice.head ?? ''}|${slice.rows?.join('-') ?? ''}|${slice.size ?? ''}`;
}
