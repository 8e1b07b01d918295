/**
 * Where the worker leaves a run's answer for a page that shares memory with it. The answer's message follows all the
 * same, but browsers put messages off until a key's letter has been painted; what lies here can be taken into that very
 * frame. Only the newest run's answer is ever written or read, and never both at once: the page reads none but that
 * of the last run it asked for, and the worker writes no other after it.
 *
 * Layout, 32-bit words: the call's id, 0 for nothing; bytes of the answer; then the answer as JSON in UTF-8.
 */
import type { RunResult } from '../protocol/protocol';

/** Answers of up to some five hundred tokens; longer ones come by message alone. */
const room = 1 << 16;
const header = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Mailbox {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(readonly memory = new SharedArrayBuffer(header + room)) {
    this.#words = new Int32Array(memory, 0, 2);
    this.#bytes = new Uint8Array(memory, header);
  }

  /** Null where pages share no memory with their workers. */
  static make(): Mailbox | null {
    if (globalThis.crossOriginIsolated !== true || typeof SharedArrayBuffer === 'undefined') return null;
    return new Mailbox();
  }

  /** Leaves the answer to a call, where it fits and JSON can say it. */
  put(call: number, answer: RunResult): void {
    const bytes = encode(answer);
    if (!bytes || bytes.length > this.#bytes.length) return;
    this.#bytes.set(bytes);
    this.#words[1] = bytes.length;
    Atomics.store(this.#words, 0, call);
  }

  /** The answer to a call if it lies here. */
  take(call: number): RunResult | null {
    if (Atomics.load(this.#words, 0) !== call) return null;
    // Decoders want memory of their own.
    return decode(this.#bytes.slice(0, this.#words[1]));
  }
}

function encode(answer: RunResult): Uint8Array | null {
  let exact = true;
  const text = JSON.stringify(answer, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) exact = false;
    return value instanceof Uint8Array ? Array.from(value) : value;
  });
  return exact ? encoder.encode(text) : null;
}

function decode(bytes: Uint8Array): RunResult {
  const answer = JSON.parse(decoder.decode(bytes)) as RunResult;
  for (const token of answer.tokens) token.bytes = Uint8Array.from(token.bytes);
  return answer;
}
