import { describe, expect, it } from 'vitest';
import { ggufFile, half, q8Blocks } from '../../scripts/bench/peers/gguf.mjs';
import { cacheModel, onnxModel, quantiseColumns } from '../../scripts/bench/peers/onnx.mjs';
import { float, integer, join, nested, string, varint } from '../../scripts/bench/peers/protobuf.mjs';
import { transposed } from '../../scripts/bench/peers/weights.mjs';

const flat = ({ size, parts }: { size: number; parts: Uint8Array[] }): number[] => {
  const bytes = parts.flatMap((part) => [...part]);
  expect(bytes).toHaveLength(size);
  return bytes;
};
const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));

describe('protobuf', () => {
  it.each([
    [0, [0]],
    [127, [127]],
    [128, [128, 1]],
    [300, [172, 2]],
    [-1, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
  ])('writes %d in base 128', (value, bytes) => {
    expect([...varint(value)]).toEqual(bytes);
  });
  it('tags fields and tells the length of what is nested', () => {
    expect(flat(integer(1, 150))).toEqual([8, 150, 1]);
    expect(flat(string(2, 'testing'))).toEqual([18, 7, ...ascii('testing')]);
    expect(flat(float(2, 1))).toEqual([21, 0, 0, 128, 63]);
    expect(flat(nested(3, integer(1, 150)))).toEqual([26, 3, 8, 150, 1]);
    expect(flat(nested(16, join([integer(1, 1), integer(2, 2)])))).toEqual([130, 1, 4, 8, 1, 16, 2]);
  });
});

describe('onnx', () => {
  it('rounds each output by its own scale', () => {
    const { codes, scales } = quantiseColumns({
      shape: [2, 3],
      data: Float32Array.of(127, 1, 0, -63.5, -2, 0),
    });
    expect([...scales]).toEqual([1, Math.fround(2 / 127), 0]);
    expect([...codes]).toEqual([127, 64, 0, -63, -127, 0]);
  });

  /** Top-level and nested fields of a message, as far as this test looks. */
  function fields(bytes: Uint8Array): Map<number, (bigint | Uint8Array)[]> {
    const found = new Map<number, (bigint | Uint8Array)[]>();
    let at = 0;
    const number = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++]!;
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = Number(number());
      let value: bigint | Uint8Array;
      if ((tag & 7) === 0) value = number();
      else {
        const length = (tag & 7) === 5 ? 4 : Number(number());
        value = bytes.subarray(at, at + length);
        at += length;
      }
      found.set(tag >> 3, [...(found.get(tag >> 3) ?? []), value]);
    }
    expect(at).toBe(bytes.length);
    return found;
  }
  const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);

  const sizes: Record<string, number[]> = {
    'wte.weight': [5, 4],
    'wpe.weight': [6, 4],
    'c_attn.weight': [4, 12],
    'c_attn.bias': [12],
    'c_proj.weight': [4, 4],
    'c_fc.weight': [4, 16],
    'c_fc.bias': [16],
    'mlp.c_proj.weight': [16, 4],
  };
  const tensor = (name: string) => {
    const known = Object.keys(sizes).filter((ending) => name.endsWith(ending));
    const shape = sizes[known.sort((a, b) => b.length - a.length)[0] ?? ''] ?? [4];
    return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5) };
  };
  const config = { n_layer: 2, n_head: 2, n_embd: 4, n_positions: 6, vocab_size: 5 };

  it.each([
    ['f32', 'MatMul', 2 * 4 + 1 + 2 * 2],
    ['q8', 'MatMulInteger', 2 * 4 + 1],
  ])('writes the %s graph whole, with its caches', (dtype, op, products) => {
    const model = fields(Uint8Array.from(flat(onnxModel({ config, tensor }, dtype))));
    const graph = fields(model.get(7)![0] as Uint8Array);
    const ops = graph.get(1)!.map((node) => text(fields(node as Uint8Array).get(4)![0]));
    expect(ops.filter((name) => name === op)).toHaveLength(products);
    expect(ops.filter((name) => name === 'LayerNormalization')).toHaveLength(5);
    const names = (field: number) =>
      graph.get(field)!.map((info) => text(fields(info as Uint8Array).get(1)![0]));
    expect(names(11)).toEqual([
      'ids',
      'positions',
      'mask',
      ...[0, 1].flatMap((layer) => [`past_k.${layer}`, `past_v.${layer}`]),
    ]);
    expect(names(12)).toEqual([
      ...[0, 1].flatMap((layer) => [`present_k.${layer}`, `present_v.${layer}`]),
      'logits',
    ]);
  });

  it('writes a graph that gives each key and value back as it came', () => {
    const graph = fields(fields(Uint8Array.from(flat(cacheModel({ config })))).get(7)![0] as Uint8Array);
    const nodes = graph.get(1)!.map((node) => fields(node as Uint8Array));
    expect(nodes.map((node) => text(node.get(4)![0]))).toEqual(Array(4).fill('Identity'));
    for (const node of nodes)
      expect(text(node.get(2)![0])).toBe(text(node.get(1)![0]).replace('past', 'present'));
    expect([graph.get(11)!.length, graph.get(12)!.length]).toEqual([4, 4]);
  });
});

describe('gguf', () => {
  it.each([
    [1, 0x3c00],
    [0.5, 0x3800],
    [65504, 0x7bff],
    [1 + 2 ** -11, 0x3c00], // a tie: to even
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000], // the carry reaches the exponent
    [2 ** -14, 0x0400],
    [1e-9, 0],
  ])('rounds %d to half precision', (value, bits) => {
    expect(half(value)).toBe(bits);
  });
  it('cuts blocks of 32 with a scale before each', () => {
    const data = Float32Array.from({ length: 64 }, (_, i) => (i < 32 ? i - 16 : 0));
    const bytes = q8Blocks(data);
    expect(bytes).toHaveLength(68);
    const view = new DataView(bytes.buffer);
    expect(view.getUint16(0, true)).toBe(half(16 / 127));
    expect(view.getInt8(2)).toBe(-127);
    expect(view.getInt8(2 + 16)).toBe(0);
    expect(view.getInt8(2 + 31)).toBe(119);
    expect([...bytes.subarray(34)]).toEqual(Array(34).fill(0));
  });
  it('lays out header, values and tensors, each aligned', () => {
    const tensors = [
      { name: 'a', shape: [2, 3], type: 'f32', bytes: new Uint8Array(24).fill(7) },
      { name: 'b', shape: [1], type: 'f32', bytes: new Uint8Array(4).fill(9) },
    ];
    const bytes = flat(
      ggufFile(
        [
          ['k', 'u32', 5],
          ['list', 'string[]', ['x']],
        ],
        tensors,
      ),
    );
    const u64 = (value: number) => [value, 0, 0, 0, 0, 0, 0, 0];
    const u32 = (value: number) => [value, 0, 0, 0];
    const header = [
      ...[...ascii('GGUF'), ...u32(3), ...u64(2), ...u64(2)],
      ...[...u64(1), ...ascii('k'), ...u32(4), ...u32(5)],
      ...[...u64(4), ...ascii('list'), ...u32(9), ...u32(8), ...u64(1), ...u64(1), ...ascii('x')],
      // The innermost dimension first.
      ...[...u64(1), ...ascii('a'), ...u32(2), ...u64(3), ...u64(2), ...u32(0), ...u64(0)],
      ...[...u64(1), ...ascii('b'), ...u32(1), ...u64(1), ...u32(0), ...u64(32)],
    ];
    expect(bytes.slice(0, header.length)).toEqual(header);
    const data = Math.ceil(header.length / 32) * 32;
    expect(bytes).toHaveLength(data + 64);
    expect(bytes.slice(data, data + 24)).toEqual(Array(24).fill(7));
    expect(bytes.slice(data + 32, data + 36)).toEqual(Array(4).fill(9));
  });
  it('turns inputs by outputs into outputs by inputs', () => {
    expect(transposed({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })).toEqual({
      shape: [3, 2],
      data: Float32Array.of(1, 4, 2, 5, 3, 6),
    });
  });
});
