/**
 * The kernel for relaxed SIMD in the engine, on every machine: its one instruction is taken for what it means, once for
 * runtimes that take an activation's byte from 0 and once for those that take it signed. Which of them a browser is, and
 * that its own instruction gives these bits, the browser's tests see.
 */
import { expect, test } from 'vitest';
import { compile, kernelText } from '../../scripts/byte-kernel.mjs';
import { Abi, loadAs } from '../../web/src/wasm/abi';
import { instantiate } from '../../web/src/wasm/wasm';
import {
  loadBytes,
  runTo,
  safetensors,
  seeded,
  tinyConfig,
  tinyTensors,
  type TinyShape,
  wasmBytes,
} from './engine';

const instruction = 'i32x4.relaxed_dot_i8x16_i7x16_add_s';
const anchor = '(import "env" "memory" (memory 1))';

/** The kernel with a function for the instruction, which counts its calls. */
async function kernel(sign: 's' | 'u'): Promise<WebAssembly.Module> {
  const products = (half: 'low' | 'high') => `(i32x4.dot_i16x8_s
    (i16x8.extend_${half}_i8x16_s (local.get $w)) (i16x8.extend_${half}_i8x16_${sign} (local.get $x)))`;
  const meant = `${anchor}
    (global $calls (export "calls") (mut i32) (i32.const 0))
    (func $dot (param $w v128) (param $x v128) (param $sum v128) (result v128)
      (local $low v128) (local $high v128)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (local.set $low ${products('low')})
      (local.set $high ${products('high')})
      (i32x4.add (local.get $sum) (i32x4.add
        (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $low) (local.get $high))
        (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $low) (local.get $high)))))`;
  const text = kernelText();
  expect(text).toContain(instruction);
  expect(text).toContain(anchor);
  const bytes = await compile(text.replaceAll(instruction, 'call $dot').replace(anchor, meant));
  return new WebAssembly.Module(new Uint8Array(bytes));
}

async function engine(sign?: 's' | 'u') {
  const instance = await instantiate(wasmBytes(), { byteKernel: false });
  const { exports, memory } = instance;
  if (!sign) return { abi: new Abi(instance), calls: () => 0 };
  const own = new WebAssembly.Instance(await kernel(sign), { env: { memory } }).exports;
  const table = exports.__indirect_function_table as WebAssembly.Table;
  const place = table.grow(1);
  table.set(place, own.band);
  (exports.vt_byte_kernel as (place: number, bias: number) => void)(place, sign === 'u' ? 128 : 0);
  return { abi: new Abi(instance), calls: () => (own.calls as WebAssembly.Global).value as number };
}

/** Inputs that fill neither a group of 64 nor a slab of 768, and more than one of each. */
const shapes: TinyShape[] = [
  { layers: 2, heads: 2, width: 68, context: 140, vocabulary: 131 },
  { layers: 1, heads: 4, width: 212, context: 140, vocabulary: 61 },
];
const names = ['attn.hook_q', 'attn.hook_v', 'hook_attn_out', 'mlp.hook_pre', 'hook_mlp_out'];

/**
 * A model of that shape. With `outliers` one channel of what the products read is so large that bytes would leave
 * nothing of the others: the sixth before Q, K and V, and the last but one of the MLP.
 */
function weights(shape: TinyShape, outliers: boolean): Uint8Array {
  const tensors = tinyTensors(shape);
  const random = seeded(1);
  let tensor = 0;
  let at = 0;
  return safetensors(tensors, () => {
    const [name, dims] = tensors[tensor]!;
    const size = dims.reduce((product, length) => product * length, 1);
    const large =
      outliers && ((/ln_1\.weight$/.test(name) && at === 5) || (/c_fc\.bias$/.test(name) && at === size - 2));
    if ((at += 1) === size) [tensor, at] = [tensor + 1, 0];
    return large ? 900 : random();
  });
}

/** The bits of what products of `count` tokens come to, tensor by tensor. */
function bits(
  { abi }: { abi: Abi },
  shape: TinyShape,
  count: number,
  outliers: boolean,
): Map<string, Uint32Array> {
  const model = loadBytes(abi, tinyConfig(shape), weights(shape, outliers), loadAs.q8);
  const session = abi.sessionNew(model);
  runTo(
    abi,
    session,
    Array.from({ length: count }, (_, token) => (37 * token + 5) % shape.vocabulary),
  );
  const of = (name: string) => new Uint32Array(abi.sessionTensor(session, name).data.buffer);
  const blocks = Array.from({ length: shape.layers }, (_, layer) => `blocks.${layer}.`);
  return new Map(
    [...blocks.flatMap((block) => names.map((name) => block + name)), 'logits'].map((name) => [
      name,
      of(name),
    ]),
  );
}

test.each(['s', 'u'] as const)('products from bytes, taken as %s, have the bits of int16', async (sign) => {
  const plain = await engine();
  const bytes = await engine(sign);
  for (const shape of shapes) {
    for (const count of [3, 4, 7, 64, 66, 131]) {
      const called = [false, true].map((outliers) => {
        const before = bytes.calls();
        const [wanted, got] = [bits(plain, shape, count, outliers), bits(bytes, shape, count, outliers)];
        for (const [name, values] of wanted) {
          const at = values.findIndex((value, i) => value !== got.get(name)![i]);
          const what = `${name} of ${count} tokens, width ${shape.width}, outliers: ${outliers}`;
          expect(at, what).toBe(-1);
        }
        return bytes.calls() - before;
      });
      expect(called[0]).toBeGreaterThan(0);
      // Groups that a byte does not hold go through it twice.
      expect(called[1]).toBeGreaterThan(called[0]!);
    }
  }
});
