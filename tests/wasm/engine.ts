/** What the tests of this folder share: the built engine, a tiny model made from a seed, and the bundled one. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { catalogues } from '../../web/src/i18n';
import { type Reason, reasonText } from '../../web/src/protocol/reasons';
import { Abi, EngineRefusal, type Handle, loadAs } from '../../web/src/wasm/abi';
import { instantiate } from '../../web/src/wasm/wasm';
import { bundled } from '../bundled';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** The native program, and the engine as WebAssembly; both come from `npm run build`. */
export const nativePath = process.env.VITRINE_NATIVE ?? `${root}build/vitrine`;
export const wasmPath = process.env.VITRINE_WASM ?? `${root}build/wasm/vitrine.wasm`;
export const bundledFolder = process.env.VITRINE_BUNDLED ?? `${bundled.folder}/`;

export function wasmBytes(): Uint8Array<ArrayBuffer> {
  if (!existsSync(wasmPath)) throw new Error(`${wasmPath} is missing: run \`npm run build\` first.`);
  return new Uint8Array(readFileSync(wasmPath));
}

export async function newEngine(): Promise<Abi> {
  return new Abi(await instantiate(wasmBytes()));
}

/** Streams a file into the engine in chunks of odd sizes, as a network would. */
export function loadBytes(
  abi: Abi,
  config: string,
  file: Uint8Array,
  as: number = loadAs.stored,
  chunk = 65_521,
): Handle {
  const loader = abi.loaderNew(config, as);
  try {
    abi.loaderBeginFile(loader, file.length);
    for (let at = 0; at < file.length; at += chunk) abi.loaderWrite(loader, file.subarray(at, at + chunk));
    return abi.loaderFinish(loader);
  } finally {
    abi.loaderFree(loader);
  }
}

export function runTo(
  abi: Abi,
  session: Handle,
  ids: number[],
  interventions = '',
): { tokens: number; reused: number } {
  const summary = abi.sessionStart(session, ids, interventions);
  while (abi.sessionAdvance(session));
  return summary;
}

export interface TinyShape {
  layers: number;
  heads: number;
  width: number;
  context: number;
  vocabulary: number;
}
export const tinyShape: TinyShape = { layers: 2, heads: 2, width: 8, context: 16, vocabulary: 30 };

export function tinyConfig(shape: TinyShape = tinyShape): string {
  return JSON.stringify({
    model_type: 'gpt2',
    n_layer: shape.layers,
    n_head: shape.heads,
    n_embd: shape.width,
    n_positions: shape.context,
    vocab_size: shape.vocabulary,
    layer_norm_epsilon: 1e-5,
    activation_function: 'gelu_new',
  });
}

/** Numbers in [-1, 1) that are the same everywhere: a linear congruential generator's upper bits. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  };
}

/** Hugging Face's names and shapes, in the order of the file. */
export function tinyTensors({ layers, width, context, vocabulary }: TinyShape = tinyShape): [
  string,
  number[],
][] {
  const block = (layer: number): [string, number[]][] => [
    [`h.${layer}.ln_1.weight`, [width]],
    [`h.${layer}.ln_1.bias`, [width]],
    [`h.${layer}.attn.c_attn.weight`, [width, 3 * width]],
    [`h.${layer}.attn.c_attn.bias`, [3 * width]],
    [`h.${layer}.attn.c_proj.weight`, [width, width]],
    [`h.${layer}.attn.c_proj.bias`, [width]],
    [`h.${layer}.ln_2.weight`, [width]],
    [`h.${layer}.ln_2.bias`, [width]],
    [`h.${layer}.mlp.c_fc.weight`, [width, 4 * width]],
    [`h.${layer}.mlp.c_fc.bias`, [4 * width]],
    [`h.${layer}.mlp.c_proj.weight`, [4 * width, width]],
    [`h.${layer}.mlp.c_proj.bias`, [width]],
  ];
  return [
    ['wte.weight', [vocabulary, width]],
    ['wpe.weight', [context, width]],
    ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
    ['ln_f.weight', [width]],
    ['ln_f.bias', [width]],
  ];
}

function headerOf(
  tensors: [string, number[]][],
  metadata?: Record<string, string>,
): { json: string; bytes: number } {
  let offset = 0;
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  for (const [name, shape] of tensors) {
    const begin = offset;
    offset += 4 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, offset] };
  }
  return { json: JSON.stringify(header), bytes: offset };
}

/** A safetensors file of F32 tensors whose values `fill` gives. */
export function safetensors(
  tensors: [string, number[]][],
  fill: () => number,
  metadata?: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  const { json, bytes } = headerOf(tensors, metadata);
  return withHeader(json, new Uint8Array(Float32Array.from({ length: bytes / 4 }, fill).buffer));
}

/** The header of a model's file, and none of its data. */
export const tinyHeader = (shape: TinyShape): Uint8Array<ArrayBuffer> =>
  withHeader(headerOf(tinyTensors(shape)).json);

/** `header` need not be what the format asks for. */
export function withHeader(header: string, data: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

export const tinyFile = (shape: TinyShape = tinyShape, seed = 1): Uint8Array<ArrayBuffer> =>
  safetensors(tinyTensors(shape), seeded(seed));

/** Reads a safetensors file of F32 tensors, such as a trace. */
export function readSafetensors(file: Uint8Array): Map<string, { shape: number[]; data: Float32Array }> {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, { shape: number[]; data: Float32Array }>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    if (entry.dtype !== 'F32') throw new Error(`${name} is ${entry.dtype}, wanted F32`);
    const [begin, end] = entry.data_offsets;
    tensors.set(name, {
      shape: entry.shape,
      data: new Float32Array(file.slice(8 + length + begin, 8 + length + end).buffer),
    });
  }
  return tensors;
}

/** An engine with the tiny model, a tokenizer of single letters, and a session that has run `ids`. */
export async function tinyEngine(ids: number[]) {
  const abi = await newEngine();
  const model = loadBytes(abi, tinyConfig(), tinyFile());
  const session = abi.sessionNew(model);
  const letters = Array.from({ length: tinyShape.vocabulary }, (_, id) => String.fromCodePoint(97 + id));
  const tokenizer = abi.tokenizerNew({ 'vocab.json': JSON.stringify(letters) });
  runTo(abi, session, ids);
  return { abi, model, session, tokenizer };
}

/** The page has a sentence for it in every language, and nothing in it is left open. */
export function expectWords(why: Reason): void {
  for (const { reasons } of Object.values(catalogues)) {
    const said = reasonText(reasons, why);
    expect(said, why.code).not.toBeNull();
    expect(said, why.code).not.toMatch(/undefined|\[object/);
  }
}

/** The message of a refusal: one line, and never a trap. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (reason) {
    expect(reason).toBeInstanceOf(EngineRefusal);
    const { message, reason: why } = reason as EngineRefusal;
    expect(message).not.toMatch(/\n/);
    expectWords(why);
    expect(message.length).toBeGreaterThan(10);
    return message;
  }
  return expect.fail('nothing was refused');
}
