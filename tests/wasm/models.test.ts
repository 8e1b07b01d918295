/** Conversion in the page's engine against the native tool's: the same bytes, and little memory on the way. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointFiles, configOf, GPT2_SMALL, tensorsOf } from '../hub/checkpoint.mjs';
import { startHub } from '../hub/server.mjs';
import { acquire, type Acquired } from '../../web/src/models/acquire';
import { parameterCount, readConfig, keptBytes } from '../../web/src/models/architecture';
import { engineConverter } from '../../web/src/models/converter';
import { MemoryDisk, readAll } from '../../web/src/models/disk';
import type { ModelFailure } from '../../web/src/models/failure';
import { planHubModel } from '../../web/src/models/hub';
import { browserLocks } from '../../web/src/models/locks';
import { prepareFiles, prepareHub } from '../../web/src/models/sources';
import { findKept, folderOf } from '../../web/src/models/store';
import { nativePath, newEngine } from './engine';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'vitrine-models-'))));
afterAll(() => rmSync(folder, { recursive: true }));

type Files = Record<string, string | Uint8Array<ArrayBuffer>>;

/** What the native tool makes of the same files. */
function native(files: Files, dtype: 'q8' | 'f32'): Buffer {
  const from = mkdtempSync(join(folder, 'in-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(from, name), content);
  const out = join(from, `out-${dtype}.safetensors`);
  execFileSync(nativePath, ['quantize', from, out, '--dtype', dtype]);
  return readFileSync(out);
}

const opened = (files: Files) => Object.entries(files).map(([name, content]) => new File([content], name));

async function convertFiles(files: Files, exact = false): Promise<Acquired> {
  const abi = await newEngine();
  return acquire(await prepareFiles(opened(files), exact), {
    disk: new MemoryDisk(),
    locks: browserLocks(undefined),
    keep: false,
    converter: async () => engineConverter(abi),
  });
}
const weightsOf = async (done: Acquired) => Buffer.from(await done.files![0]!.arrayBuffer());

const shapes = {
  toy: { layers: 2, heads: 2, width: 8, context: 16, vocabulary: 30 },
  odd: { layers: 1, heads: 3, width: 21, context: 7, vocabulary: 131, inner: 65 },
  deep: { layers: 24, heads: 16, width: 64, context: 33, vocabulary: 257 },
  untied: { layers: 2, heads: 1, width: 65, context: 5, vocabulary: 64, head: true },
};

describe.each(Object.entries(shapes))('a checkpoint of %s shape', (_, shape) => {
  test.each([
    ['F32', '', 1],
    ['F16', 'transformer.', 1],
    ['BF16', '', 3],
    ['F32', 'transformer.', 2],
  ])(
    '%s, prefix "%s", %i files: the same int8 file as the native tool makes',
    async (dtype, prefix, shards) => {
      const files = checkpointFiles(shape, { dtype, prefix, shards });
      const done = await convertFiles(files);
      expect(done.dtype).toBe('q8');
      expect((await weightsOf(done)).equals(native(files, 'q8'))).toBe(true);
    },
  );
});

test('what is already int8 stays as it is, byte for byte', async () => {
  const files = checkpointFiles(shapes.odd, {});
  const once = await weightsOf(await convertFiles(files));
  const again = await weightsOf(
    await convertFiles({ 'config.json': files['config.json'], 'model.safetensors': new Uint8Array(once) }),
  );
  expect(again.equals(once)).toBe(true);
  // Our own file carries its configuration.
  expect(
    (await weightsOf(await convertFiles({ 'mine.safetensors': new Uint8Array(once) }))).equals(once),
  ).toBe(true);
});

test('through a hub that cuts, the result is still the native one', async () => {
  const files = checkpointFiles(shapes.deep, { shards: 2 });
  const hub = await startHub({ repositories: { 'acme/deep': { files } } });
  try {
    hub.faults.push(
      { on: 'cdn', file: '00001-of-00002.safetensors', kind: 'cut', at: 100_000 },
      { on: 'cdn', file: '00002-of-00002.safetensors', kind: 'corrupt', at: 4000 },
    );
    const disk = new MemoryDisk();
    const abi = await newEngine();
    const plan = await planHubModel({ endpoint: hub.url, repository: 'acme/deep' });
    await acquire(await prepareHub(plan, false, { disk }), {
      disk,
      locks: browserLocks(undefined),
      keep: true,
      converter: async () => engineConverter(abi),
    });
    const kept = await readAll((await disk.read(`${folderOf('acme/deep')}/model.safetensors`))!);
    expect(Buffer.from(kept).equals(native(files, 'q8'))).toBe(true);
    const manifest = (await findKept(disk, 'acme/deep'))!;
    expect(manifest.files[0]!.sha256).toBe(createHash('sha256').update(kept).digest('hex'));
  } finally {
    await hub.close();
  }
});

test.each([
  [
    'a unigram tokenizer',
    { 'tokenizer.json': '{"model":{"type":"Unigram","vocab":[["a",0]]}}' },
    /Unigram/,
    { code: 'tokenizer_kind', details: { name: expect.any(String) } },
  ],
  [
    'a broken vocabulary',
    { 'vocab.json': '{"a":' },
    /JSON|vocabulary/,
    { code: 'tokenizer_not_json', details: { name: 'vocab.json' } },
  ],
])('with %s the model is loaded for ids, and the reader told', async (_, tokenizer, words, cause) => {
  const done = await convertFiles({ ...checkpointFiles(shapes.toy, {}), ...tokenizer });
  expect(done.notes).toEqual([
    {
      code: 'tokenizer',
      values: { detail: expect.stringMatching(words) },
      cause,
    },
  ]);
  expect(done.files!.map(({ name }) => name)).toEqual(['model.safetensors', 'config.json']);
});

test('a vocabulary that can be used goes along', async () => {
  const done = await convertFiles({ ...checkpointFiles(shapes.toy, {}), 'vocab.json': '["a","b"]' });
  expect(done.notes).toEqual([]);
  expect(done.files!.map(({ name }) => name)).toContain('vocab.json');
});

test.each([
  [
    'a tensor of the wrong shape',
    (files: Files) => ({ ...files, 'config.json': configOf({ ...shapes.toy, width: 16 }) }),
    /wte\.weight|16/,
  ],
  [
    'a file that was cut',
    (files: Files) => ({
      ...files,
      'model.safetensors': (files['model.safetensors'] as Uint8Array<ArrayBuffer>).slice(0, 3000),
    }),
    /bytes|ended/,
  ],
  [
    'noise',
    (files: Files) => ({ ...files, 'model.safetensors': new Uint8Array(3000).fill(255) }),
    /header|safetensors/,
  ],
])("%s is refused in the engine's words", async (_, change, words) => {
  const failure = await convertFiles(change(checkpointFiles(shapes.toy, {})) as Files).then(
    () => expect.fail('it was taken'),
    (error: unknown) => error as ModelFailure,
  );
  expect(failure.code).toBe('weights');
  expect(String(failure.values.detail)).toMatch(words);
});

/** The limit for 124M, and what the module itself needs beside weights. */
const HEAP_LIMIT = 400e6;
const ENGINE_ROOM = 48e6;

test('GPT-2 small passes through in little more memory than it takes', { timeout: 300_000 }, async () => {
  const { weights, size } = streamedF32(GPT2_SMALL);
  const { shape } = readConfig(configOf(GPT2_SMALL));
  const abi = await newEngine();
  const begin = performance.now();
  let pieces = 0;
  const converter = engineConverter(abi);
  converter.begin(configOf(GPT2_SMALL), false);
  converter.beginFile(size);
  for await (const chunk of weights()) converter.write(chunk);
  const made = converter.finish();
  for (const piece of made.pieces()) pieces += piece.length;
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `124M: ${(size / 1e6).toFixed(0)} MB of F32 to ${(made.bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, engine memory ${(abi.heapBytes / 1e6).toFixed(0)} MB`,
  );
  expect(pieces).toBe(made.bytes);
  expect(parameterCount(shape)).toBe(124_439_808);
  expect(abi.heapBytes).toBeLessThan(HEAP_LIMIT);
  const largest = 4 * shape.vocabulary * shape.width;
  expect(abi.heapBytes).toBeLessThan(made.bytes + largest + ENGINE_ROOM);
  // What the page announces is what is kept, give or take the header.
  expect(made.bytes / keptBytes(shape, false)).toBeGreaterThan(0.99);
  expect(made.bytes / keptBytes(shape, false)).toBeLessThan(1.01);
});

/** The file of a checkpoint without ever holding it: one megabyte of noise, again and again. */
function streamedF32(shape: typeof GPT2_SMALL) {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, dims] of tensorsOf(shape) as [string, number[]][]) {
    const bytes = 4 * dims.reduce((product, length) => product * length, 1);
    header[name] = { dtype: 'F32', shape: dims, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8 + json.length);
  head.writeBigUInt64LE(BigInt(json.length));
  json.copy(head, 8);
  const noise = new Uint8Array(
    Float32Array.from({ length: 1 << 18 }, (_, index) => Math.sin(index * 12.9898) * 0.04).buffer,
  );
  return {
    size: head.length + offset,
    async *weights() {
      yield new Uint8Array(head);
      for (let at = 0; at < offset; at += noise.length)
        yield noise.subarray(0, Math.min(noise.length, offset - at));
    },
  };
}
