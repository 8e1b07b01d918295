/** Files that somebody opens: what becomes of them, and what is refused. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { acquire } from '../../../web/src/models/acquire';
import { type Disk, MemoryDisk } from '../../../web/src/models/disk';
import { prepareFiles } from '../../../web/src/models/sources';
import { listKept } from '../../../web/src/models/store';
import { failureOf, fakeConverter, fakeLocks, tinyConfig, weights } from './fakes';

const size = weights.length;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let disk: Disk;
let log: string[];

beforeEach(() => {
  disk = new MemoryDisk();
  log = [];
});

describe('opened files', () => {
  const file = (name: string, content: BlobPart, lastModified = 1) =>
    new File([content], name, { lastModified });
  const open = async (...files: File[]) =>
    acquire(await prepareFiles(files, false), {
      disk,
      locks: fakeLocks(),
      keep: true,
      converter: async () => fakeConverter(log),
    });

  test('are converted and kept under their own name', async () => {
    const done = await open(
      file('model.safetensors', weights),
      file('config.json', tinyConfig),
      file('vocab.json', '["a"]'),
    );
    expect(done.name).toBe('model.safetensors');
    const [model] = await listKept(disk);
    expect(model!.files.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['model.safetensors', size],
      ['config.json', tinyConfig.length],
      ['vocab.json', 5],
    ]);
    expect(model!.origin).toEqual({
      kind: 'files',
      weights: [{ name: 'model.safetensors', bytes: size, sha256: sha256(weights) }],
    });
  });

  test('of the same name but another date are another model', async () => {
    const config = file('config.json', tinyConfig);
    const one = await open(file('model.safetensors', weights), config);
    const two = await open(file('model.safetensors', weights, 2), config);
    expect(one.id).not.toBe(two.id);
    expect(await listKept(disk)).toHaveLength(2);
  });

  test('shards follow their index', async () => {
    const index = JSON.stringify({ weight_map: { a: 'm-2.safetensors', b: 'm-1.safetensors' } });
    const done = await open(
      file('m-2.safetensors', weights.subarray(100)),
      file('model.safetensors.index.json', index),
      file('m-1.safetensors', weights.subarray(0, 100)),
      file('config.json', tinyConfig),
    );
    expect(log).toEqual(['begin q8', 'file 100', `file ${size - 100}`, 'finish']);
    expect(done.name).toBe('m-2.safetensors');
  });

  test('shards are named by what they are parts of', async () => {
    const shards = ['gpt2-00001-of-00002.safetensors', 'gpt2-00002-of-00002.safetensors'];
    const weight_map = Object.fromEntries(shards.map((name, index) => [`t${index}`, name]));
    const done = await open(
      file(shards[0]!, weights.subarray(0, 100)),
      file(shards[1]!, weights.subarray(100)),
      file('model.safetensors.index.json', JSON.stringify({ weight_map })),
      file('config.json', tinyConfig),
    );
    expect(done.name).toBe('gpt2.safetensors');
  });

  test.each([
    ['nothing but a note', [file('README.md', 'x')], 'noWeights'],
    ['a pickle', [file('pytorch_model.bin', 'x'), file('config.json', tinyConfig)], 'onlyPickle'],
    ['weights alone', [file('model.safetensors', weights)], 'noConfig'],
    ['an empty file', [file('model.safetensors', '')], 'noConfig'],
    [
      'an incomplete set of shards',
      [
        file('model.safetensors.index.json', '{"weight_map":{"a":"m.safetensors"}}'),
        file('config.json', tinyConfig),
      ],
      'missingShard',
    ],
    [
      'another architecture',
      [file('model.safetensors', weights), file('config.json', '{"model_type":"t5"}')],
      'architecture',
    ],
  ])('%s is refused', async (_, files, code) => {
    expect((await failureOf(prepareFiles(files, false))).code).toBe(code);
  });
});
