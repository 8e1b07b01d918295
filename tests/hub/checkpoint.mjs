/**
 * Random GPT-2 checkpoints of any shape, as Hugging Face keeps them: for loading, not for reading what they say.
 *
 *   node tests/hub/checkpoint.mjs FOLDER [--layers 12 --heads 12 --width 768 --context 1024 --vocabulary 50257] [--dtype F32]
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

export const GPT2_SMALL = { layers: 12, heads: 12, width: 768, context: 1024, vocabulary: 50257 };
/** Width of the even distribution that weights are drawn from, when not told. */
const SPREAD = 0.04;

export function configOf(shape) {
  return JSON.stringify({
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    n_layer: shape.layers,
    n_head: shape.heads,
    n_embd: shape.width,
    n_inner: shape.inner ?? null,
    n_positions: shape.context,
    n_ctx: shape.context,
    vocab_size: shape.vocabulary,
  });
}

/** [name, shape] of all tensors, in the order of the published file. */
export function tensorsOf({ layers, width: c, context, vocabulary, inner = 4 * c, head = false }) {
  const tensors = [
    ['wte.weight', [vocabulary, c]],
    ['wpe.weight', [context, c]],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const block = (name, ...shape) => tensors.push([`h.${layer}.${name}`, shape]);
    for (const norm of ['ln_1', 'ln_2']) for (const part of ['weight', 'bias']) block(`${norm}.${part}`, c);
    block('attn.c_attn.weight', c, 3 * c);
    block('attn.c_attn.bias', 3 * c);
    block('attn.c_proj.weight', c, c);
    block('attn.c_proj.bias', c);
    block('mlp.c_fc.weight', c, inner);
    block('mlp.c_fc.bias', inner);
    block('mlp.c_proj.weight', inner, c);
    block('mlp.c_proj.bias', c);
  }
  tensors.push(['ln_f.weight', [c]], ['ln_f.bias', [c]]);
  if (head) tensors.push(['lm_head.weight', [vocabulary, c]]);
  return tensors;
}

const BYTES = { F32: 4, F16: 2, BF16: 2 };
const count = (shape) => shape.reduce((product, size) => product * size, 1);

/** Bytes of the tensor, from a generator that goes on from tensor to tensor. */
function fill(name, shape, dtype, spread, random) {
  const values = new Float32Array(count(shape));
  const gain = /ln_\w+\.weight$/.test(name) ? 1 : 0;
  for (let index = 0; index < values.length; index++) values[index] = gain + spread * (random() - 0.5);
  if (dtype === 'F32') return Buffer.from(values.buffer);
  const bits = new Uint32Array(values.buffer);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++)
    halves[index] = dtype === 'BF16' ? bits[index] >>> 16 : halfOf(bits[index]);
  return Buffer.from(halves.buffer);
}

/** The half nearest to zero of the float with these bits; what is too small becomes 0. */
function halfOf(bits) {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 255) - 112;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 1023);
}

function generator(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function headerOf(tensors, dtype) {
  const header = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, shape] of tensors) {
    const bytes = BYTES[dtype] * count(shape);
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}

/** Cuts the list of tensors into `shards` runs, and calls `write(name, header, chunks)` for each file. */
function build(shape, { dtype = 'F32', prefix = '', shards = 1, seed = 1, spread = SPREAD }, write) {
  const random = generator(seed);
  const tensors = tensorsOf(shape).map(([name, dims]) => [
    name === 'lm_head.weight' ? name : prefix + name,
    dims,
  ]);
  const each = Math.ceil(tensors.length / shards);
  const map = {};
  for (let shard = 0; shard < shards; shard++) {
    const name =
      shards === 1
        ? 'model.safetensors'
        : `model-${String(shard + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
    const part = tensors.slice(shard * each, (shard + 1) * each);
    for (const [tensor] of part) map[tensor] = name;
    write(
      name,
      headerOf(part, dtype),
      part.map(
        ([tensor, dims]) =>
          () =>
            fill(tensor, dims, dtype, spread, random),
      ),
    );
  }
  const files = { 'config.json': configOf(shape) };
  if (shards > 1) files['model.safetensors.index.json'] = JSON.stringify({ metadata: {}, weight_map: map });
  return files;
}

/** name -> bytes, for small shapes. */
export function checkpointFiles(shape, options = {}) {
  const files = {};
  const others = build(
    shape,
    options,
    (name, header, parts) => (files[name] = Buffer.concat([header, ...parts.map((part) => part())])),
  );
  return { ...files, ...others };
}

/** The same on disk, one tensor in memory at a time. */
export function writeCheckpoint(folder, shape, options = {}) {
  mkdirSync(folder, { recursive: true });
  const others = build(shape, options, (name, header, parts) => {
    const out = openSync(join(folder, name), 'w');
    writeSync(out, header);
    for (const part of parts) writeFileSync(out, part());
    closeSync(out);
  });
  for (const [name, text] of Object.entries(others)) writeFileSync(join(folder, name), text);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const option = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      layers: option,
      heads: option,
      width: option,
      context: option,
      vocabulary: option,
      dtype: option,
    },
  });
  const { dtype = 'F32', ...numbers } = values;
  const shape = {
    ...GPT2_SMALL,
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Number(value)])),
  };
  writeCheckpoint(positionals[0], shape, { dtype });
}
