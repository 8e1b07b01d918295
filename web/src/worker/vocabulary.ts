/** The texts of all tokens, copied out of the engine once, so that a candidate's name costs no call. */
import type { TokenInfo } from '../protocol/protocol';
import { tokenText } from '../protocol/token-text';

export class Vocabulary {
  readonly #offsets: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #texts = new Map<number, string>();

  /** `offsets` [V + 1] into `bytes`. Without a tokenizer both are empty. */
  constructor(offsets: Int32Array = new Int32Array(1), bytes: Uint8Array = new Uint8Array()) {
    this.#offsets = offsets;
    this.#bytes = bytes;
  }

  bytes(id: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(
      this.#bytes.subarray(this.#offsets[id] ?? 0, this.#offsets[id + 1] ?? this.#offsets[id] ?? 0),
    );
  }

  /** Ids the tokenizer does not know (models pad their tables) and models without one read `#id`. */
  text(id: number): string {
    let text = this.#texts.get(id);
    if (text === undefined) {
      const known = id >= 0 && id + 1 < this.#offsets.length;
      text = known ? tokenText(this.#bytes.subarray(this.#offsets[id], this.#offsets[id + 1])) : `#${id}`;
      this.#texts.set(id, text);
    }
    return text;
  }

  token(id: number): TokenInfo {
    return { id, text: this.text(id), bytes: this.bytes(id) };
  }
}
