/** Weights, configurations and pointers as nobody should make them. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Abi, type Handle, loadAs } from '../../web/src/wasm/abi';
import {
  loadBytes,
  refusal,
  runTo,
  safetensors,
  seeded,
  tinyConfig,
  tinyEngine,
  tinyFile,
  tinyShape,
  tinyTensors,
  wasmBytes,
  withHeader,
} from './engine';
import { instantiate } from '../../web/src/wasm/wasm';

const ids = [3, 1, 4, 1, 5];

let abi: Abi;
let model: Handle;

beforeAll(async () => {
  ({ abi, model } = await tinyEngine(ids));
});

/** Whatever a test did to the instance, it still answers. */
afterEach(() => {
  const other = abi.sessionNew(model);
  expect(runTo(abi, other, ids)).toEqual({ tokens: 5, reused: 0, steps: 2 });
  abi.sessionFree(other);
});

describe('broken weights', () => {
  const good = tinyFile();
  const load = (file: Uint8Array, config = tinyConfig(), as: number = loadAs.stored) =>
    loadBytes(abi, config, file, as);
  const nan = () => NaN;

  test.each<[string, () => Uint8Array]>([
    ['nothing', () => new Uint8Array()],
    ['five bytes', () => good.slice(0, 5)],
    ['the header cut off', () => good.slice(0, 100)],
    ['the last byte missing', () => good.slice(0, -1)],
    ['half of the file', () => good.slice(0, good.length >> 1)],
    ['a byte too many', () => Uint8Array.of(...good, 0)],
    ['a header of 2^64 - 1 bytes', () => new Uint8Array(64).fill(255)],
    ['a header of 0 bytes', () => new Uint8Array(8)],
    ['a header that is no JSON', () => withHeader('{"wte.weight":')],
    ['a header that is an array', () => withHeader('[]')],
    ['a header nested 100,000 deep', () => withHeader('['.repeat(100_000))],
    ['no tensors', () => withHeader('{}')],
    [
      'overlapping tensors',
      () =>
        withHeader(
          '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
          new Uint8Array(12),
        ),
    ],
    [
      'a shape whose product overflows',
      () =>
        withHeader(
          '{"wte.weight":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}',
          new Uint8Array(4),
        ),
    ],
    [
      'a negative size',
      () => withHeader('{"wte.weight":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', new Uint8Array(4)),
    ],
    [
      'offsets beyond the file',
      () =>
        withHeader(
          '{"wte.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,9007199254740991]}}',
          new Uint8Array(8),
        ),
    ],
    ['one tensor missing', () => safetensors(tinyTensors().slice(1), seeded(1))],
    ['a tensor of another shape', () => safetensors(tinyTensors({ ...tinyShape, width: 16 }), seeded(1))],
    ['nothing but NaN', () => safetensors(tinyTensors(), nan)],
  ])('%s', (_, make) => {
    for (const as of [loadAs.stored, loadAs.f32, loadAs.q8]) refusal(() => load(make(), tinyConfig(), as));
  });

  test.each([
    '',
    '{',
    '[]',
    '{"model_type":"llama"}',
    tinyConfig({ ...tinyShape, heads: 3 }),
    tinyConfig({ ...tinyShape, layers: 0 }),
    tinyConfig({ ...tinyShape, vocabulary: -5 }),
    tinyConfig({ ...tinyShape, context: 2 ** 40 }),
    tinyConfig({ ...tinyShape, width: 2 ** 31 }),
    tinyConfig({ ...tinyShape, layers: 3 }),
    tinyConfig({ ...tinyShape, vocabulary: 31 }),
  ])('configuration %#', (config) => {
    refusal(() => load(good, config));
  });

  test('a load of unknown kind', () => {
    expect(refusal(() => abi.loaderNew(tinyConfig(), 7))).toMatch(/load_as is 7/);
  });

  /** The bare functions of an instance of its own: what Abi would never do. */
  async function bare() {
    const { exports } = await instantiate(wasmBytes());
    return (name: string, ...args: number[]) => (exports[name] as (...args: number[]) => number)(...args);
  }

  test('committing more than was reserved', async () => {
    const call = await bare();
    const loader = call('vt_loader_new', 0, 0, 0);
    expect(loader).toBeGreaterThan(0);
    expect(call('vt_loader_reserve', loader, 0)).toBe(-1);
    expect(call('vt_loader_reserve', loader, 8)).toBe(0);
    expect(call('vt_loader_commit', loader, 0xffffffff)).toBe(-1);
  });

  test('pointers outside the memory', async () => {
    const call = await bare();
    expect(call('vt_loader_new', -16, 100, 0)).toBe(0);
    expect(call('vt_loader_new', 0, 100, 0)).toBe(0);
    expect(call('vt_loader_new', 1024, -1, 0)).toBe(0);
    expect(call('vt_tokenizer_new', 0, -1, -1, 0, 0)).toBe(0);
    expect(call('vt_error')).toBeGreaterThan(0);
  });
});
