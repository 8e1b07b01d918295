/**
 * The C interface of engine/api/c_api.h as a class: handles are numbers, arguments are copied into the engine's memory,
 * results are copied out of it. Nothing returned is a view of the heap.
 */
import type { DistributionSummary, Draw, ModelInfo, Reading, TensorRow } from '../protocol/protocol';
import { type EngineReasons, type Reason, reason } from '../protocol/reasons';
import { WasmExit, type WasmInstance } from './wasm';

/** The engine refused the input; the message is its own, one line. The engine stays usable. */
export class EngineRefusal extends Error {
  override name = 'EngineRefusal';
  constructor(
    message: string,
    readonly reason: Reason,
  ) {
    super(message);
  }
}

/** The engine's code failed (out of memory, stack exhausted, a defect). The instance must not be used again. */
export class EngineTrap extends Error {
  override name = 'EngineTrap';
  constructor(
    message: string,
    readonly reason: Reason,
  ) {
    super(message);
  }
}

/** Page and engine were not built together. */
export class EngineMismatch extends Error {
  override name = 'EngineMismatch';
}

export const abiVersion = 4;
export const loadAs = { stored: 0, f32: 1, q8: 2 } as const;

const readingBits = ({ special = false, mark = false }: Reading) => Number(special) + 2 * Number(mark);

export type Handle = number;

export interface Floats {
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

/** What the calls that answer in JSON say. */
export interface EngineJson {
  modelInfo: Omit<ModelInfo, 'id' | 'name' | 'hasTokenizer' | 'documentMark' | 'about' | 'sha256'> & {
    beginToken: number;
  };
  tensorTable: TensorRow[];
  merges: {
    pieces: [number, number][];
    symbols: number[][][];
    ids: number[][];
    steps: { piece: number; position: number; rank: number; left: number[]; right: number[] }[];
  };
  distribution: DistributionSummary;
  draw: Omit<Draw, 'text'>;
  error: Reason;
  errorCodes: { code: keyof EngineReasons; details: string[] }[];
}

interface Slot {
  address: number;
  bytes: number;
  shape: number[];
}

type Argument = number | string | Uint8Array | Int32Array | Float32Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Abi {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: WebAssembly.Exports;
  #dead: EngineTrap | undefined;

  constructor(wasm: WasmInstance) {
    this.#memory = wasm.memory;
    this.#exports = wasm.exports;
    const version = this.#invoke('vt_abi_version');
    if (version !== abiVersion) {
      throw new EngineMismatch(
        `The engine speaks version ${version} of its interface, this page version ${abiVersion}: reload the page, or build both anew.`,
      );
    }
  }

  /** Bytes of the engine's memory; it never shrinks. */
  get heapBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Every code that a refusal may bear, with the names of its details. */
  errorCodes(): EngineJson['errorCodes'] {
    this.#status('vt_error_codes');
    return this.#json<'errorCodes'>();
  }

  // --- loading ---
  /** `generation`: generation_config.json, where there is one. */
  loaderNew(config: Uint8Array | string, as: number, generation: Uint8Array | string = ''): Handle {
    return this.#handle('vt_loader_new', config, generation, as);
  }
  /** `size` null: unknown. */
  loaderBeginFile(loader: Handle, size: number | null): void {
    this.#status('vt_loader_begin_file', loader, size ?? -1);
  }
  /** Copies a chunk of the file to where the engine wants it. */
  loaderWrite(loader: Handle, chunk: Uint8Array): void {
    for (let done = 0; done < chunk.length;) {
      this.#status('vt_loader_reserve', loader, chunk.length - done);
      const { address, bytes } = this.#slot();
      const part = chunk.subarray(done, done + bytes);
      new Uint8Array(this.#memory.buffer, address, part.length).set(part);
      this.#status('vt_loader_commit', loader, part.length);
      done += part.length;
    }
  }
  /** The model; the loader is gone, whether this succeeds or not. */
  loaderFinish(loader: Handle): Handle {
    return this.#handle('vt_loader_finish', loader);
  }
  loaderFree(loader: Handle): void {
    this.#invoke('vt_loader_free', loader);
  }

  // --- model ---
  modelInfo(model: Handle): EngineJson['modelInfo'] {
    this.#status('vt_model_info', model);
    return this.#json<'modelInfo'>();
  }
  modelImage(model: Handle): Uint8Array {
    this.#status('vt_model_image', model);
    return this.#bytes();
  }
  /** Length of that file. */
  modelImageBytes(model: Handle): number {
    this.#status('vt_model_image', model);
    return this.#slot().bytes;
  }
  /** Its bytes [begin, end): the whole at once would take its room twice. */
  modelImagePart(model: Handle, begin: number, end: number): Uint8Array<ArrayBuffer> {
    this.#status('vt_model_image', model);
    return new Uint8Array(
      this.#memory.buffer,
      this.#slot().address + begin,
      end - begin,
    ).slice() as Uint8Array<ArrayBuffer>;
  }
  modelWeight(model: Handle, name: string, begin: number, end: number): Floats {
    this.#status('vt_model_weight', model, name, begin, end);
    return this.#floats();
  }
  /** [n, 2]: id, cosine. */
  modelNearest(model: Handle, vector: Float32Array, count: number): Floats {
    this.#status('vt_model_nearest', model, vector, count);
    return this.#floats();
  }
  modelFree(model: Handle): void {
    this.#invoke('vt_model_free', model);
  }
  tensorTable(): EngineJson['tensorTable'] {
    this.#status('vt_tensor_table');
    return this.#json<'tensorTable'>();
  }

  // --- tokenizer ---
  /** From the files of a model's folder, by name: as many as there are; the engine knows which count. */
  tokenizerNew(files: Record<string, Uint8Array | string>): Handle {
    const names = Object.keys(files);
    const contents = names.map((name) => {
      const file = files[name]!;
      return typeof file === 'string' ? encoder.encode(file) : file;
    });
    const sizes = Int32Array.from(contents, ({ length }) => length);
    const all = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
    let at = 0;
    for (const file of contents) {
      all.set(file, at);
      at += file.length;
    }
    return this.#handle('vt_tokenizer_new', names.map((name) => `${name}\n`).join(''), sizes, all);
  }
  /** A lone surrogate in `text` is U+FFFD in UTF-8, as everywhere on the web. [T, 3] flat: id, begin, end in bytes. */
  tokenizerEncode(tokenizer: Handle, text: string, reading: Reading = {}): Int32Array {
    this.#status('vt_tokenizer_encode', tokenizer, text, readingBits(reading));
    return this.#ints();
  }
  tokenizerMerges(tokenizer: Handle, text: string, reading: Reading = {}): EngineJson['merges'] {
    this.#status('vt_tokenizer_merges', tokenizer, text, readingBits(reading));
    return this.#json<'merges'>();
  }
  tokenizerDecode(tokenizer: Handle, ids: readonly number[]): Uint8Array {
    this.#status('vt_tokenizer_decode', tokenizer, wholeNumbers(ids, 'token id'));
    return this.#bytes();
  }
  /** The bytes of all tokens, and where each begins: [V + 1] offsets. */
  tokenizerVocabulary(tokenizer: Handle): { offsets: Int32Array; bytes: Uint8Array } {
    this.#status('vt_tokenizer_vocabulary', tokenizer, 0);
    const offsets = this.#ints();
    this.#status('vt_tokenizer_vocabulary', tokenizer, 1);
    return { offsets, bytes: this.#bytes() };
  }
  tokenizerInfo(tokenizer: Handle): { size: number; endOfText: number; documentMark: number } {
    this.#status('vt_tokenizer_info', tokenizer);
    const [size = 0, endOfText = -1, documentMark = -1] = this.#ints();
    return { size, endOfText, documentMark };
  }
  /** What begins a document, for a tokenizer whose own files name nothing. */
  tokenizerMark(tokenizer: Handle, id: number): void {
    this.#status('vt_tokenizer_mark', tokenizer, id);
  }
  tokenizerFree(tokenizer: Handle): void {
    this.#invoke('vt_tokenizer_free', tokenizer);
  }

  // --- session ---
  sessionNew(model: Handle): Handle {
    return this.#handle('vt_session_new', model);
  }
  /** Begins a run; on refusal the last run stays as it was. `interventions` is JSON, or empty. */
  sessionStart(
    session: Handle,
    ids: readonly number[],
    interventions = '',
  ): { tokens: number; reused: number; steps: number } {
    this.#status('vt_session_start', session, wholeNumbers(ids, 'token id'), interventions);
    const [tokens = 0, reused = 0, steps = 0] = this.#ints();
    return { tokens, reused, steps };
  }
  /** Computes the next block; true when there is more to do. */
  sessionAdvance(session: Handle): boolean {
    return this.#status('vt_session_advance', session) === 1;
  }
  /** `head` -1: all; rows [begin, end), end -1: to the last. */
  sessionTensor(session: Handle, name: string, head = -1, begin = 0, end = -1): Floats {
    this.#status('vt_session_tensor', session, name, head, begin, end);
    return this.#floats();
  }
  sessionThumbnails(session: Handle, size: number): Floats {
    this.#status('vt_session_thumbnails', session, size);
    return this.#floats();
  }
  sessionUnembed(session: Handle, vector: Float32Array, finalNorm: boolean): Float32Array {
    this.#status('vt_session_unembed', session, vector, finalNorm ? 1 : 0);
    return this.#floats().data;
  }
  /** [n, 7]: best id, logit, probability; actual id or -1, logit, probability, rank. */
  sessionSurprise(session: Handle, begin: number, end: number): Floats {
    this.#status('vt_session_surprise', session, begin, end);
    return this.#floats();
  }
  sessionFree(session: Handle): void {
    this.#invoke('vt_session_free', session);
  }

  // --- sampling: rank a position, distribute, then ask ---
  sessionRank(session: Handle, position: number): void {
    this.#status('vt_session_rank', session, position);
  }
  sessionDistribute(
    session: Handle,
    temperature: number,
    topK: number,
    topP: number,
  ): EngineJson['distribution'] {
    this.#status('vt_session_distribute', session, temperature, topK, topP);
    return this.#json<'distribution'>();
  }
  /** [n, 7]: id, logit, tempered, raw, scaled, probability, kept (0 yes, 1 cut by k, 2 cut by p). */
  sessionCandidates(session: Handle, begin: number, end: number): Floats {
    this.#status('vt_session_candidates', session, begin, end);
    return this.#floats();
  }
  sessionRankOf(session: Handle, id: number): number {
    return this.#status('vt_session_rank_of', session, id);
  }
  sessionDraw(session: Handle, seed: number, index: number): EngineJson['draw'] {
    this.#status('vt_session_draw', session, seed, index);
    return this.#json<'draw'>();
  }

  /** A call that leaves floats, or whole numbers; those of experiments are worded in readouts.ts. */
  ask(name: string, ...args: Argument[]): Floats {
    this.#status(name, ...args);
    return this.#floats();
  }
  askWhole(name: string, ...args: Argument[]): Int32Array {
    this.#status(name, ...args);
    return this.#ints();
  }

  // --- below the calls ---

  /** A call that returns a status: throws the engine's message when it is negative. */
  #status(name: string, ...args: Argument[]): number {
    const status = this.#passing(name, args);
    if (status < 0) this.#refuse();
    return status;
  }

  /** A call that returns a handle: throws the engine's message when there is none. */
  #handle(name: string, ...args: Argument[]): Handle {
    const handle = this.#passing(name, args);
    if (handle <= 0) this.#refuse();
    return handle;
  }

  #refuse(): never {
    this.#invoke('vt_error');
    const message = decoder.decode(this.#bytes());
    this.#status('vt_error_details');
    throw new EngineRefusal(message, this.#json<'error'>());
  }

  /** Numbers go as they are; text and arrays as a pointer to a copy and their length in elements (text: bytes). */
  #passing(name: string, args: Argument[]): number {
    const flat: number[] = [];
    const copies: number[] = [];
    try {
      for (const arg of args) {
        if (typeof arg === 'number') {
          flat.push(arg);
          continue;
        }
        const array = typeof arg === 'string' ? encoder.encode(arg) : arg;
        const address = array.length === 0 ? 0 : this.#allocate(array.byteLength);
        if (address !== 0) {
          copies.push(address);
          const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
          new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
        }
        flat.push(address, array.length);
      }
      return this.#invoke(name, ...flat);
    } finally {
      if (this.#dead === undefined) for (const address of copies) this.#invoke('vt_free', address);
    }
  }

  #allocate(bytes: number): number {
    const address = this.#invoke('vt_alloc', bytes) >>> 0;
    if (address === 0)
      throw new EngineRefusal(
        `The engine has no memory for ${bytes} more bytes (it holds ${this.#megabytes()} MB); use a shorter prompt or a smaller model.`,
        reason('engine_memory', { megabytes: this.#megabytes() }),
      );
    return address;
  }

  #invoke(name: string, ...args: number[]): number {
    if (this.#dead !== undefined) throw this.#dead;
    const call = this.#exports[name];
    if (typeof call !== 'function')
      throw new EngineMismatch(`The engine lacks ${name}: reload the page, or build page and engine anew.`);
    try {
      return (call as (...args: number[]) => number | undefined)(...args) ?? 0;
    } catch (cause) {
      // RangeError: the stack of the host is exhausted. Any other error is not the engine's.
      if (!(
        cause instanceof WebAssembly.RuntimeError ||
        cause instanceof WasmExit ||
        cause instanceof RangeError
      ))
        throw cause;
      const megabytes = this.#megabytes();
      this.#dead = new EngineTrap(
        `The engine stopped in ${name} with ${megabytes} MB of memory: ${cause.message}. Load the model again; if it happens again, a shorter prompt or a smaller model may help.`,
        reason('engine_stopped', { megabytes }),
      );
      throw this.#dead;
    }
  }

  #megabytes(): number {
    return Math.round(this.heapBytes / 2 ** 20);
  }

  /** Reads vt_result_slot: data, bytes, kind, rank, shape[4], each 32 bits. */
  #slot(): Slot {
    const view = new DataView(this.#memory.buffer, this.#invoke('vt_result') >>> 0, 32);
    const rank = view.getInt32(12, true);
    return {
      address: view.getUint32(0, true),
      bytes: view.getUint32(4, true),
      shape: Array.from({ length: rank }, (_, axis) => view.getInt32(16 + 4 * axis, true)),
    };
  }

  #bytes(): Uint8Array<ArrayBuffer> {
    const { address, bytes } = this.#slot();
    const copy = new Uint8Array(bytes);
    copy.set(new Uint8Array(this.#memory.buffer, address, bytes));
    return copy;
  }
  #floats(): Floats {
    const { shape } = this.#slot();
    return { shape, data: new Float32Array(this.#bytes().buffer) };
  }
  #ints(): Int32Array {
    return new Int32Array(this.#bytes().buffer);
  }
  /** The engine writes these objects itself, to the types of EngineJson. */
  #json<K extends keyof EngineJson>(): EngineJson[K] {
    return JSON.parse(decoder.decode(this.#bytes())) as EngineJson[K];
  }
}

/** Refuses what would otherwise be bent silently into a 32-bit integer. */
function wholeNumbers(values: readonly number[], what: string): Int32Array {
  const wrong = values.findIndex((value) => (value | 0) !== value);
  if (wrong >= 0)
    throw new EngineRefusal(
      `${what} number ${wrong} is ${String(values[wrong])}, wanted a whole number that fits 32 bits`,
      reason('not_whole', { got: String(values[wrong]) }),
    );
  return Int32Array.from(values);
}
