// Writes a seeded random checkpoint in Hugging Face's layout, for benchmarks and tests of the real shapes:
//
//   node scripts/make-checkpoint.mjs OUT [--shape gpt2|gpt2-medium|gpt2-large|distilgpt2|tiny] [--dtype f32|f16|bf16]
//                                        [--seed 1] [--shards N] [--prefix]
//
// The same arguments give the same bytes. Weights have the size of trained ones, and a few channels are an order of
// magnitude above the others, as in GPT-2. It answers nonsense, at the speed of the real thing.
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Problem } from './project.mjs';

export const SHAPES = {
  tiny: { n_layer: 2, n_head: 4, n_embd: 64, n_positions: 128, vocab_size: 512 },
  distilgpt2: { n_layer: 6, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50257 },
  gpt2: { n_layer: 12, n_head: 12, n_embd: 768, n_positions: 1024, vocab_size: 50257 },
  'gpt2-medium': { n_layer: 24, n_head: 16, n_embd: 1024, n_positions: 1024, vocab_size: 50257 },
  'gpt2-large': { n_layer: 36, n_head: 20, n_embd: 1280, n_positions: 1024, vocab_size: 50257 },
};
const DTYPES = { f32: 4, f16: 2, bf16: 2 };
const OUTLIER_STEP = 97; // every 97th channel
const OUTLIER = 10; // its weights, against the others'
const POOL = 1 << 16; // normal numbers drawn once; every tensor reads them from a place of its own
const CHUNK = 1 << 20; // values converted and written at once

/** 32 random bits at a time: a counter, mixed by the finaliser of MurmurHash3, which has no bad seeds. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

/** Sums of four uniform numbers, of mean 0 and deviation 1: the same on every machine. */
function normals(next) {
  const pool = new Float32Array(POOL);
  for (let i = 0; i < POOL; i++) {
    let sum = -2;
    for (let k = 0; k < 4; k++) sum += next() / 2 ** 32;
    pool[i] = sum * Math.sqrt(3);
  }
  return pool;
}

/** [name, shape, mean, deviation, whether some channels of the last axis are outliers] of every tensor, in order. */
function tensorTable({ n_layer: layers, n_embd: channels, n_positions: context, vocab_size: vocabulary }) {
  const table = [
    ['wte.weight', [vocabulary, channels], 0, 0.14, true],
    ['wpe.weight', [context, channels], 0, 0.05, false],
  ];
  const norm = (name) => {
    table.push([`${name}.weight`, [channels], 1, 0.2, false], [`${name}.bias`, [channels], 0, 0.05, false]);
  };
  const linear = (name, inputs, outputs, outliers) => {
    table.push([`${name}.weight`, [inputs, outputs], 0, 0.9 / Math.sqrt(inputs), outliers]);
    table.push([`${name}.bias`, [outputs], 0, 0.05, false]);
  };
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    linear(`h.${layer}.attn.c_attn`, channels, 3 * channels, false);
    linear(`h.${layer}.attn.c_proj`, channels, channels, true);
    norm(`h.${layer}.ln_2`);
    linear(`h.${layer}.mlp.c_fc`, channels, 4 * channels, false);
    linear(`h.${layer}.mlp.c_proj`, 4 * channels, channels, true);
  }
  norm('ln_f');
  return table;
}

const size = (shape) => shape.reduce((product, dimension) => product * dimension, 1);

/** Float32 values as F16 bits, rounded to nearest even. Only normal numbers and those that round to zero occur. */
function toHalf(bits, out, count) {
  for (let i = 0; i < count; i++) {
    const sign = (bits[i] >>> 16) & 0x8000;
    const magnitude = bits[i] & 0x7fffffff;
    const rebased = magnitude - 0x38000000;
    out[i] = sign | (rebased <= 0 ? 0 : (rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
}

function toBfloat(bits, out, count) {
  for (let i = 0; i < count; i++) out[i] = (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
}

/** Writes one file: the header, then the values of each tensor a chunk at a time. */
function writeShard(path, tensors, { dtype, pool, next, prefix }) {
  const header = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const [name, shape] of tensors) {
    const begin = end;
    end += size(shape) * DTYPES[dtype];
    header[prefix + name] = { dtype: dtype.toUpperCase(), shape, data_offsets: [begin, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil((8 + json.length) / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);

  const values = new Float32Array(CHUNK);
  const bits = new Uint32Array(values.buffer);
  const narrow = new Uint16Array(CHUNK);
  const file = openSync(path, 'w');
  try {
    writeSync(file, padded);
    for (const [, shape, mean, deviation, outliers] of tensors) {
      const count = size(shape);
      const columns = shape[shape.length - 1];
      let from = next() % POOL;
      let column = 0;
      for (let done = 0; done < count; done += CHUNK) {
        const length = Math.min(CHUNK, count - done);
        for (let i = 0; i < length; i++) {
          const outlier = outliers && column % OUTLIER_STEP === OUTLIER_STEP >> 1;
          values[i] = mean + deviation * pool[from] * (outlier ? OUTLIER : 1);
          // A new place in the pool now and then, so that no two rows are alike.
          from = (from & 1023) === 1023 ? next() % POOL : (from + 1) % POOL;
          if (++column === columns) column = 0;
        }
        if (dtype === 'f16') toHalf(bits, narrow, length);
        if (dtype === 'bf16') toBfloat(bits, narrow, length);
        const bytes = dtype === 'f32' ? values.buffer : narrow.buffer;
        writeSync(file, new Uint8Array(bytes, 0, length * DTYPES[dtype]));
      }
    }
  } finally {
    closeSync(file);
  }
  return end;
}

/** Cuts the table into `count` runs of about the same number of values. */
function cut(table, count) {
  const total = table.reduce((sum, [, shape]) => sum + size(shape), 0);
  const shards = [[]];
  let taken = 0;
  for (const tensor of table) {
    if (shards.length < count && taken >= (total * shards.length) / count && shards.at(-1).length > 0)
      shards.push([]);
    shards.at(-1).push(tensor);
    taken += size(tensor[1]);
  }
  return shards;
}

/** Writes config.json and the weights into `folder`; returns the bytes of the tensors. */
export function makeCheckpoint(
  folder,
  { shape = 'gpt2', dtype = 'f32', seed = 1, shards = 1, prefix = false } = {},
) {
  if (!Object.hasOwn(SHAPES, shape))
    throw new Problem(`--shape is ${shape}, wanted ${Object.keys(SHAPES).join(', ')}`);
  if (!Object.hasOwn(DTYPES, dtype))
    throw new Problem(`--dtype is ${dtype}, wanted ${Object.keys(DTYPES).join(', ')}`);
  if (!Number.isInteger(seed) || seed < 0) throw new Problem(`--seed is ${seed}, wanted a whole number`);
  if (!Number.isInteger(shards) || shards < 1) throw new Problem(`--shards is ${shards}, wanted 1 or more`);
  const config = {
    activation_function: 'gelu_new',
    architectures: ['GPT2LMHeadModel'],
    layer_norm_epsilon: 1e-5,
    model_type: 'gpt2',
    n_ctx: SHAPES[shape].n_positions,
    ...SHAPES[shape],
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);

  const next = random(seed);
  const options = { dtype, pool: normals(next), next, prefix: prefix ? 'transformer.' : '' };
  const parts = cut(tensorTable(SHAPES[shape]), shards);
  if (shards === 1) return writeShard(join(folder, 'model.safetensors'), parts[0], options);

  const index = { metadata: { total_size: 0 }, weight_map: {} };
  const padded = (number) => String(number).padStart(5, '0');
  parts.forEach((part, i) => {
    const name = `model-${padded(i + 1)}-of-${padded(parts.length)}.safetensors`;
    index.metadata.total_size += writeShard(join(folder, name), part, options);
    for (const [tensor] of part) index.weight_map[options.prefix + tensor] = name;
  });
  writeFileSync(join(folder, 'model.safetensors.index.json'), `${JSON.stringify(index, null, 2)}\n`);
  return index.metadata.total_size;
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      shape: { type: 'string', default: 'gpt2' },
      dtype: { type: 'string', default: 'f32' },
      seed: { type: 'string', default: '1' },
      shards: { type: 'string', default: '1' },
      prefix: { type: 'boolean', default: false },
    },
  });
  if (positionals.length !== 1)
    throw new Problem('one folder is wanted: node scripts/make-checkpoint.mjs OUT [--shape gpt2]');
  const [folder] = positionals;
  const bytes = makeCheckpoint(folder, {
    ...values,
    seed: Number(values.seed),
    shards: Number(values.shards),
  });
  console.log(`${folder}: ${values.shape}, ${values.dtype}, ${bytes} bytes of weights`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    main();
  } catch (error) {
    console.error(`make-checkpoint: ${error.message}`);
    process.exitCode = 1;
  }
}
