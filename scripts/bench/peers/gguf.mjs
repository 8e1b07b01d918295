// GPT-2 as a GGUF file with Q8_0 products, for llama.cpp's WebAssembly build.
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
import { transposed } from './weights.mjs';

const VALUE = { u32: 4, i32: 5, f32: 6, string: 8, array: 9 };
const TENSOR = { f32: 0, q8_0: 8 };
const FILE_TYPE_Q8_0 = 7;
const BLOCK = 32;
const ALIGNMENT = 32;

const utf8 = new TextEncoder();

/** Bits of the half-precision number nearest to a positive one in its normal range; smaller ones become 0. */
export function half(value) {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = (bits >>> 23) - 112;
  if (exponent <= 0) return 0;
  const mantissa = bits & 0x7fffff;
  // To nearest, ties to even; a carry runs into the exponent, as it should.
  return (
    ((exponent << 10) | (mantissa >>> 13)) + ((mantissa & 0x1fff) + ((mantissa >>> 13) & 1) > 0x1000 ? 1 : 0)
  );
}

/** Blocks of 32 numbers: a half-precision scale, then 32 int8. */
export function q8Blocks(data) {
  const out = new Uint8Array((data.length / BLOCK) * (BLOCK + 2));
  const view = new DataView(out.buffer);
  for (let block = 0, at = 0; block < data.length; block += BLOCK, at += BLOCK + 2) {
    let largest = 0;
    for (let i = 0; i < BLOCK; i++) largest = Math.max(largest, Math.abs(data[block + i]));
    const scale = largest / 127;
    view.setUint16(at, half(scale), true);
    for (let i = 0; i < BLOCK; i++)
      view.setInt8(at + 2 + i, scale > 0 ? Math.round(data[block + i] / scale) : 0);
  }
  return out;
}

class Bytes {
  parts = [];
  size = 0;
  raw(bytes) {
    this.parts.push(bytes);
    this.size += bytes.length;
  }
  #number(length, write) {
    const bytes = new Uint8Array(length);
    write(new DataView(bytes.buffer));
    this.raw(bytes);
  }
  u32 = (value) => this.#number(4, (view) => view.setUint32(0, value, true));
  i32 = (value) => this.#number(4, (view) => view.setInt32(0, value, true));
  f32 = (value) => this.#number(4, (view) => view.setFloat32(0, value, true));
  u64 = (value) => this.#number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  string(text) {
    const bytes = utf8.encode(text);
    this.u64(bytes.length);
    this.raw(bytes);
  }
  pad() {
    this.raw(new Uint8Array((ALIGNMENT - (this.size % ALIGNMENT)) % ALIGNMENT));
  }
}

function writeValue(out, [key, type, value]) {
  out.string(key);
  if (type in VALUE && type !== 'array') {
    out.u32(VALUE[type]);
    out[type](value);
    return;
  }
  const item = type.slice(0, -2); // string[]
  out.u32(VALUE.array);
  out.u32(VALUE[item]);
  out.u64(value.length);
  for (const each of value) out[item](each);
}

/** A file of `values` [key, type, value] and `tensors` {name, shape (outermost first), type, bytes}. */
export function ggufFile(values, tensors) {
  const out = new Bytes();
  out.raw(utf8.encode('GGUF'));
  out.u32(3);
  out.u64(tensors.length);
  out.u64(values.length);
  for (const value of values) writeValue(out, value);
  const padded = (length) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  let offset = 0;
  for (const { name, shape, type, bytes } of tensors) {
    out.string(name);
    out.u32(shape.length);
    for (const size of [...shape].reverse()) out.u64(size);
    out.u32(TENSOR[type]);
    out.u64(offset);
    offset += padded(bytes.length);
  }
  for (const { bytes } of tensors) {
    out.pad();
    out.raw(bytes);
  }
  out.pad();
  return { size: out.size, parts: out.parts };
}

/** `tokens`: texts by id as GPT-2's vocab.json has them; `merges`: the lines of merges.txt. */
export function ggufModel({ config, tensor }, { tokens, merges }) {
  const bytesOf = ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const plain = (name, value) => ({ name, shape: value.shape, type: 'f32', bytes: bytesOf(value) });
  // llama.cpp holds a product's weights output by output, which Conv1D does not.
  const quantised = (name, value) => ({
    name,
    shape: value.shape,
    type: 'q8_0',
    bytes: q8Blocks(value.data),
  });
  const tensors = [
    quantised('token_embd.weight', tensor('wte.weight')),
    plain('position_embd.weight', tensor('wpe.weight')),
    plain('output_norm.weight', tensor('ln_f.weight')),
    plain('output_norm.bias', tensor('ln_f.bias')),
  ];
  const names = { ln_1: 'attn_norm', ln_2: 'ffn_norm' };
  const products = {
    'attn.c_attn': 'attn_qkv',
    'attn.c_proj': 'attn_output',
    'mlp.c_fc': 'ffn_up',
    'mlp.c_proj': 'ffn_down',
  };
  for (let layer = 0; layer < config.n_layer; layer++) {
    for (const [ours, theirs] of Object.entries(names)) {
      for (const part of ['weight', 'bias'])
        tensors.push(plain(`blk.${layer}.${theirs}.${part}`, tensor(`h.${layer}.${ours}.${part}`)));
    }
    for (const [ours, theirs] of Object.entries(products)) {
      tensors.push(
        quantised(`blk.${layer}.${theirs}.weight`, transposed(tensor(`h.${layer}.${ours}.weight`))),
      );
      tensors.push(plain(`blk.${layer}.${theirs}.bias`, tensor(`h.${layer}.${ours}.bias`)));
    }
  }
  const end = tokens.length - 1; // <|endoftext|>
  return ggufFile(
    [
      ['general.architecture', 'string', 'gpt2'],
      ['general.name', 'string', 'vitrine bench'],
      ['general.file_type', 'u32', FILE_TYPE_Q8_0],
      ['gpt2.context_length', 'u32', config.n_positions],
      ['gpt2.embedding_length', 'u32', config.n_embd],
      ['gpt2.feed_forward_length', 'u32', config.n_inner ?? 4 * config.n_embd],
      ['gpt2.block_count', 'u32', config.n_layer],
      ['gpt2.attention.head_count', 'u32', config.n_head],
      ['gpt2.attention.layer_norm_epsilon', 'f32', config.layer_norm_epsilon ?? 1e-5],
      ['tokenizer.ggml.model', 'string', 'gpt2'],
      ['tokenizer.ggml.pre', 'string', 'gpt-2'],
      ['tokenizer.ggml.tokens', 'string[]', tokens],
      ['tokenizer.ggml.token_type', 'i32[]', tokens.map((_, id) => (id === end ? 3 : 1))],
      ['tokenizer.ggml.merges', 'string[]', merges],
      ['tokenizer.ggml.bos_token_id', 'u32', end],
      ['tokenizer.ggml.eos_token_id', 'u32', end],
    ],
    tensors,
  );
}
