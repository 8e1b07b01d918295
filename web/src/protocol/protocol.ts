/**
 * What the page may ask of the worker that owns the engine, and what comes back. One map, read by both ends:
 * a missing handler or a wrong argument does not compile. All arrays are copies, transferred.
 */

import type { ExperimentCalls, Interventions, Of, PatchCell, RaceStep, SweepCell } from './experiments';
import type {
  Candidate,
  Distribution,
  DistributionSummary,
  Draw,
  Next,
  NextRequest,
  Sampling,
  Tensor,
} from './next';
import type { Reason } from './reasons';

/** Where a model comes from. Relative URLs are resolved against the page. */
export type ModelSource =
  /** `sha256`, in hexadecimal by name: files that must be there, and exactly these; what is bundled the worker knows. */
  | { kind: 'site'; id: string; base: string; sha256?: Record<string, string> }
  /** Becomes int8 unless `exact`. */
  | { kind: 'files'; id: string; name: string; files: File[]; exact?: boolean }
  | { kind: 'kept'; id: string; name: string };

export type Activation = 'gelu_new' | 'gelu' | 'relu' | 'silu' | 'tanh' | 'quick_gelu';

/** How a text becomes tokens. */
export interface Reading {
  /** Special tokens such as `<|endoftext|>` are read as such where they are written out. */
  special?: boolean;
  /** The document mark goes first. */
  mark?: boolean;
}

export interface ModelInfo {
  id: string;
  name: string;
  layers: number;
  heads: number;
  width: number;
  headSize: number;
  inner: number;
  context: number;
  vocabulary: number;
  epsilon: number;
  activation: Activation;
  parameters: number;
  /** How the matrices are held. */
  dtype: 'q8' | 'f32';
  bytes: number;
  tied: boolean;
  /**
   * What the file held of the two tables of tokens: plain, as its configuration says; as_head, one for both under the
   * unembedding's name; differs, two although the configuration says one.
   */
  tying: 'plain' | 'as_head' | 'differs';
  /** Without a tokenizer the prompt is a list of ids. */
  hasTokenizer: boolean;
  /** Ids that end a text: what the model's files say, else the tokenizer's one; none where neither does. */
  endTokens: number[];
  /** The id that begins a document, or -1. */
  documentMark: number;
  /** SHA-256 of its weights' file, in hexadecimal; left out where the site does not say it. */
  sha256?: string;
  /** Free text of the model's own card: what it is and what it was trained on, by language. */
  about?: Record<string, string>;
}

export interface LoadProgress {
  stage: 'engine' | 'tokenizer' | 'weights';
  received: number;
  /** Bytes, when known. */
  total: number | null;
}

export interface TokenInfo {
  id: number;
  /** Decoded alone; bytes that are not UTF-8 on their own read in hexadecimal: " ‹F09F›". */
  text: string;
  bytes: Uint8Array;
}

export type { Interventions } from './experiments';
export type {
  Candidate,
  Distribution,
  DistributionSummary,
  Draw,
  Next,
  NextRequest,
  Sampling,
  Tensor,
} from './next';

export interface RunRequest {
  prompt: string;
  reading?: Reading;
  /** Ids appended after the encoded prompt: what was generated. */
  appended?: number[];
  /** Instead of a prompt. */
  ids?: number[];
  interventions?: Interventions;
  /** Also say what comes next: the answer that a person at the keyboard waits for. */
  next?: NextRequest;
}

export interface RunResult {
  /** Tags everything pulled from this run; a pull for an older run is answered `stale`. */
  run: number;
  /** As the run was asked for it; left out where the engine refuses, as it will when it is asked again. */
  next?: Next;
  tokens: TokenInfo[];
  /** Tokens taken over from the last run. */
  reused: number;
  /** Time the engine computed, waiting not counted. */
  milliseconds: number;
}

export interface TensorRequest {
  run: number;
  /** A TransformerLens name, such as `blocks.3.attn.hook_pattern`. */
  name: string;
  /** One head of a tensor that has a head axis; the axis is then gone from the shape. */
  head?: number;
  /** Tokens (queries) [begin, end). */
  rows?: [number, number];
  /** Of `thumbnails` alone. */
  size?: number;
}

/**
 * Beside TransformerLens's names: attention of every head, at most `size` x `size` by maximum, [L, H, s, s].
 */
export const thumbnails = 'thumbnails';

/** Tensors of the run that has just been finished, whichever that is, so that they can be asked for along with it. */
export interface ScreenRequest {
  /** Tokens of the run on screen, to which `rows` belong: rows up to its end become rows up to the new one's. */
  tokens: number;
  tensors: Omit<TensorRequest, 'run'>[];
}

export interface Screen {
  run: number;
  tensors: { request: Omit<TensorRequest, 'run'>; tensor: Tensor }[];
}

export interface DistributionRequest extends Sampling {
  run: number;
  of?: Of;
  /** Position whose next token is asked for; the last one if left out. */
  position?: number;
  /** Ranks [begin, end). */
  ranks: [number, number];
  /** Also say where these ids ended up. */
  ids?: number[];
  /** This many candidates about the cut, from the last one that is kept on. */
  around?: number;
}

/** What a row of `Ranks` holds, in this order; `kept` is 0 for yes, 1 where top-k cut, 2 where top-p did. */
export const rankColumns = ['id', 'logit', 'tempered', 'raw', 'scaled', 'probability', 'kept'] as const;

export interface RanksRequest extends Sampling {
  run: number;
  of?: Of;
  /** Ranks [begin, end) of each block; none is beyond the vocabulary. */
  blocks: [number, number][];
}

/** The same numbers as `Candidate` says one by one, for all that is on screen while a slider moves. */
export interface Ranks extends DistributionSummary {
  /** Those of the request, cut where the vocabulary ends. */
  blocks: [number, number][];
  /** A row for each rank of one block after the other, `rankColumns` across. */
  data: Float32Array;
}

export interface RankTextsRequest extends Sampling {
  run: number;
  of?: Of;
  ranks: [number, number];
}

export interface DrawRequest extends Sampling {
  run: number;
  of?: Of;
  seed: number;
  index: number;
}

export interface MergeTrace {
  /** Byte ranges of the pieces the pattern split the text into. */
  pieces: [number, number][];
  /** Of each piece what merging begins with; a token that is looked for whole is its one symbol. */
  symbols: Uint8Array[][];
  /** Of each piece the tokens it becomes. */
  tokens: TokenInfo[][];
  steps: { piece: number; position: number; rank: number; left: Uint8Array; right: Uint8Array }[];
}

export interface TensorRow {
  name: string;
  perLayer: boolean;
  axes: ('tokens' | 'channels' | 'heads' | 'head_size' | 'mlp' | 'vocabulary' | 'one')[];
  stage: string;
  help: string;
}

/** Text or ids that are run beside the screen's, in a session of their own. */
export interface ProbeRequest {
  prompt?: string;
  ids?: number[];
  /** Heads whose attention at the last position is wanted. */
  heads: { layer: number; head: number }[];
  /** Positions [begin, end) whose logits are wanted; the last one when not told. */
  rows?: [number, number];
}

export interface Probe {
  ids: number[];
  /** [rows, V] */
  logits: Float32Array;
  /** One row [T] for each head asked for. */
  patterns: Float32Array[];
}

/** [arguments, result] by name. */
export interface Calls extends ExperimentCalls {
  /** Resolves when the model is ready; the previous one stays in use until then. */
  load: [ModelSource, ModelInfo];
  /** Rejects with `superseded` when a newer run arrives. */
  run: [RunRequest, RunResult];
  tensor: [TensorRequest, Tensor];
  /** All that a screen shows of a run in one answer. */
  screen: [ScreenRequest, Screen];
  distribution: [DistributionRequest, Distribution];
  ranks: [RanksRequest, Ranks];
  /** The tokens at ranks [begin, end). They stay where they are under any temperature, k and p. */
  rankTexts: [RankTextsRequest, string[]];
  draw: [DrawRequest, Draw];
  merges: [{ text: string; reading?: Reading }, MergeTrace];
  encode: [{ text: string }, TokenInfo[]];
  tokens: [{ ids: number[] }, TokenInfo[]];
  /** Values of a Hugging Face weight, outputs [begin, end): [n, K] or [n]. */
  weight: [{ name: string; rows: [number, number] }, Tensor];
  /** Words a vector [C] pushes up and down through W_U, and the logits' mean. */
  unembed: [
    { vector: Float32Array; finalNorm: boolean; count: number },
    { up: Scored[]; down: Scored[]; mean: number },
  ];
  nearest: [{ vector: Float32Array; count: number }, Scored[]];
  /** For each position its logit, probability and rank of the token that really came next, and the best guess. */
  surprise: [{ run: number; rows: [number, number] }, Surprise[]];
  tensorTable: [null, TensorRow[]];
  /** The whole run as one safetensors file, F32, TransformerLens names. */
  trace: [{ run: number }, Blob];
  /** The model's answer to other tokens than those on screen. Rejects with `superseded` when a run arrives. */
  probe: [ProbeRequest, Probe];
}

export interface Scored {
  id: number;
  text: string;
  score: number;
}

export interface Surprise {
  position: number;
  best: Candidate;
  /** Undefined at the last position, where nothing came yet. */
  actual?: Candidate;
}

/** Things the worker says unasked. */
export type EngineEvent =
  | { type: 'progress'; progress: LoadProgress }
  /** A run that takes long has done so many of its steps: a block of a band of its tokens each. */
  | { type: 'ran'; steps: number; of: number }
  | { type: 'cells'; asked: number; cells: SweepCell[] }
  | { type: 'raced'; asked: number; steps: RaceStep[] }
  | { type: 'patched'; asked: number; cells: PatchCell[] }
  /** The engine runs; `kernel` is what its int8 products of many rows go through. */
  | { type: 'variant'; threads: number; reason: VariantReason; kernel: 'simd' | 'relaxed-simd' };

/** Why a call failed, remade as a plain object across the worker. */
export interface Failure {
  code:
    | 'superseded'
    | 'stale'
    | 'cancelled'
    | 'input'
    | 'network'
    | 'memory'
    | 'unsupported'
    | 'crashed'
    | 'internal';
  /** English, for the console; the page says `reason` in its reader's language. */
  message: string;
  reason?: Reason;
}

export type CallName = keyof Calls;
export type Arguments<K extends CallName> = Calls[K][0];
export type Answer<K extends CallName> = Calls[K][1];

/** Why so many threads; the page words it. */
export type VariantReason =
  /** The page is isolated, and the browser offers it no shared memory all the same. */
  | 'not-shared'
  /** The page is isolated and the machine has several cores. */
  | 'cores'
  /** The address says so. */
  | 'asked'
  | 'one-core'
  /** Not isolated: the host sends no headers and the service worker is not in charge yet, or there is none. */
  | 'not-isolated'
  /** The threaded build could not be started; the other one runs. */
  | 'failed';

/**
 * The first message says where the engine is, an absolute URL of vitrine.wasm, how many threads the address asks for,
 * and the last run that a worker before this one answered: ids go on from there, so that none means two runs.
 */
export interface Init {
  type: 'init';
  wasm: string;
  threads: string | null;
  kernel: string | null;
  runs: number;
}
export type ToWorker =
  | Init
  | { [K in CallName]: { type: 'call'; id: number; name: K; args: Arguments<K> } }[CallName]
  | { type: 'cancel'; id: number }
  /** Are you there? */
  | { type: 'ping' };
export type FromWorker =
  | { type: 'answer'; id: number; result: unknown }
  /** Answers of several calls that came at one time. */
  | { type: 'answers'; answers: { id: number; result: unknown }[] }
  | { type: 'failure'; id: number; failure: Failure }
  /** The engine trapped: this worker answers nothing any more and wants to be replaced. */
  | { type: 'crashed'; failure: Failure }
  | { type: 'event'; event: EngineEvent }
  | { type: 'pong' };
