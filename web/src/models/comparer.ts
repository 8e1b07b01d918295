/** A model that has run the reader's tokens, position by position beside another one's answers. */
import type { Abi, Handle } from '../wasm/abi';
import { diverge, type Divergence } from './reference';

/** Positions whose logits are had at once: for one alone all of W_U would be read. */
const ROWS = 8;

export class Comparer {
  readonly #session: Handle;
  readonly #vocabulary: number;

  /** `exact`: this model is the one the other is measured by. */
  constructor(
    private readonly abi: Abi,
    model: Handle,
    private readonly exact: boolean,
  ) {
    this.#session = abi.sessionNew(model);
    this.#vocabulary = abi.modelInfo(model).vocabulary;
  }

  /** `pause` is called between blocks; it rejects when the work is to stop. */
  async run(ids: number[], pause: () => Promise<void>): Promise<void> {
    this.abi.sessionStart(this.#session, ids);
    while (this.abi.sessionAdvance(this.#session)) await pause();
  }

  /** `logits` [rows, V] of the other model at the positions from `begin` on. */
  async judge(begin: number, logits: Float32Array, pause: () => Promise<void>): Promise<Divergence[]> {
    const size = this.#vocabulary;
    const rowOf = (data: Float32Array, row: number) => data.subarray(row * size, (row + 1) * size);
    const rows = logits.length / size;
    const found: Divergence[] = [];
    for (let first = 0; first < rows; first += ROWS) {
      const last = Math.min(first + ROWS, rows);
      const { data } = this.abi.sessionTensor(this.#session, 'logits', -1, begin + first, begin + last);
      for (let row = first; row < last; row++) {
        const [here, there] = [rowOf(data, row - first), rowOf(logits, row)];
        found.push(this.exact ? diverge(here, there) : diverge(there, here));
      }
      await pause();
    }
    return found;
  }
}
