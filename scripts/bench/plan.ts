/** What is measured, and what comes back: the seam between bench.mjs and the runtimes it measures in. */
import type { Timing } from './statistics';

/** One configuration of the engine, in one runtime. Addresses are absolute. */
export interface EnginePlan {
  /** vitrine.wasm; its threaded twin lies beside it. */
  wasm: string;
  /** The same engine with vt_profile and vt_calibrate; its threaded twin lies beside it. */
  profiler: string;
  /** Folder with config.json and model.safetensors, and the tokenizer's files where there are any. */
  model: string;
  threads: number;
  /** Prompt lengths to prefill. */
  tokens: number[];
  /** Contexts after which one more token is measured. */
  contexts: number[];
  quick: boolean;
  /** Whether the kernel for relaxed SIMD may be used. */
  byteKernel: boolean;
}

/** Giga-operations and gigabytes a second that this machine reaches with these threads, nothing else to do. */
export interface Calibration {
  dot_gops: number;
  f32_gflops: number;
  read_gbs: number;
}

/** One kind of operation over all layers; `operations` is 0 but for matrix products. */
export interface OpTime {
  name: string;
  ms: number;
  operations: number;
}

/** Where the time of a prompt goes; every operation was timed by itself. */
export interface Profile {
  tokens: number;
  ops: OpTime[];
}

export interface EngineReport {
  threads: number;
  /** What int8 products of many rows went through. */
  kernel: 'simd' | 'relaxed-simd';
  dtype: 'q8' | 'f32';
  model: ModelShape;
  prefill: Record<string, Timing>;
  decode: Record<string, Timing>;
  /** One block computed again for display, by prompt length. */
  block: Record<string, Timing>;
  /** From a changed prompt of 20 tokens to its distribution, through client and worker. */
  keystroke: Timing;
  /** The first few of `known` tokens, to tell that a peer ran the same model. */
  logits: number[];
  load: Timing;
  peak_mb: number;
  /** Of one thread: a short prompt, and the longest that was measured where that is longer. */
  profiles: Profile[];
  /** Measured before, between and after; the best, as a machine's limits are. */
  calibration: Calibration;
}

/**
 * A report against the calibration of the same run, as fractions of 1. Best over best: on a machine that has other
 * things to do, what disturbs one measurement does not disturb the other.
 */
export interface Shares {
  /** Products a second over the ceiling of registers, by prompt length: the whole pass counts as products. */
  products: Record<string, number>;
  /** Bytes of weights a second over the measured read bandwidth, by context. */
  reading: Record<string, number>;
  /** Milliseconds a token, by prompt length; but for attention it should not grow. */
  ms_per_token: Record<string, number>;
  /** Attention's part of the operations, by prompt length: what may grow with the square. */
  attention: Record<string, number>;
}

/** The same prompts for another engine. Its files lie below `base`. */
export interface PeerPlan {
  base: string;
  peer: 'onnxruntime-web' | 'wllama';
  /** Below `models/`. */
  file: string;
  threads: number;
  tokens: number[];
  contexts: number[];
  quick: boolean;
}

export interface PeerReport {
  prefill: Record<string, Timing>;
  decode: Record<string, Timing>;
  /** Of `decode`, what handing the cache of keys and values in and out takes, where that is part of it. */
  copying?: Record<string, Timing>;
  /** The first few of a known prompt, to tell that the same model ran. */
  logits?: number[];
}

/** A prompt that every engine is given once, and how many of its logits are compared. */
export const known = (vocabulary: number): number[] =>
  Array.from({ length: 8 }, (_, token) => (token * 7919 + 104_729) % vocabulary);
export const knownLogits = 64;

/** What a pass costs: the products of all blocks a token, and of the unembedding once. */
export interface ModelShape {
  layers: number;
  width: number;
  inner: number;
  vocabulary: number;
  context: number;
  /** Bytes of weights that one token reads: matrices of the blocks and the unembedding, with their scales. */
  read_bytes: number;
}

/** Multiplications and additions of the matrix products for `tokens` tokens, logits of the last one only. */
export function productOperations(shape: ModelShape, tokens: number): number {
  const { layers, width, inner, vocabulary } = shape;
  const block = width * 3 * width + width * width + 2 * width * inner;
  return 2 * (tokens * layers * block + width * vocabulary);
}

/** The same for attention: scores and weighted values of `tokens` tokens after `before` others. */
export function attentionOperations(shape: ModelShape, tokens: number, before = 0): number {
  const pairs = tokens * before + (tokens * (tokens + 1)) / 2;
  return 4 * shape.layers * shape.width * pairs;
}

/** Bytes of the matrices that a pass reads: int8 comes with an F32 scale for each 64 inputs of an output. */
export function readBytes(shape: Omit<ModelShape, 'read_bytes'>, dtype: 'q8' | 'f32'): number {
  const weights = productOperations({ ...shape, read_bytes: 0 }, 1) / 2;
  return dtype === 'f32' ? 4 * weights : weights * (1 + 4 / 64);
}

const mapRecord = <A, B>(
  record: Record<string, A>,
  change: (value: A, key: number) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, Number(key))]));

export function shares({ dtype, model, prefill, decode, calibration }: EngineReport): Shares {
  const ceiling = 1e6 * (dtype === 'q8' ? calibration.dot_gops : calibration.f32_gflops);
  return {
    products: mapRecord(prefill, ({ best }, tokens) => productOperations(model, tokens) / best / ceiling),
    reading: mapRecord(decode, ({ best }) => model.read_bytes / best / 1e6 / calibration.read_gbs),
    ms_per_token: mapRecord(prefill, ({ best }, tokens) => best / tokens),
    attention: mapRecord(prefill, (_, tokens) => {
      const attention = attentionOperations(model, tokens);
      return attention / (attention + productOperations(model, tokens));
    }),
  };
}
