import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startHub } from '../../hub/server.mjs';
import { acquire, type Tools } from '../../../web/src/models/acquire';
import { CacheDisk } from '../../../web/src/models/cache';
import { type Disk, MemoryDisk, readAll } from '../../../web/src/models/disk';
import { patience } from '../../../web/src/models/download';
import type { PlainFailure } from '../../../web/src/protocol/model-failure';
import { planHubModel } from '../../../web/src/models/hub';
import { OpfsDisk } from '../../../web/src/models/opfs';
import { listPartial, removePartial } from '../../../web/src/models/parts';
import type { Progress } from '../../../web/src/models/progress';
import { prepareHub } from '../../../web/src/models/sources';
import {
  BLOCK,
  findKept,
  folderOf,
  KeptWriter,
  listKept,
  readKept,
  removeKept,
  sweep,
} from '../../../web/src/models/store';
import { FakeCache, fakeConverter, FakeFolder, failureOf, fakeLocks, tinyConfig, weights } from './fakes';

const size = weights.length;
const converted = weights.map((byte) => byte + 1);
const quick = { ...patience, sleep: async () => undefined, attempts: 2 };
const id = 'acme/tiny';
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

let hub: Awaited<ReturnType<typeof startHub>>;
let disk: Disk;
let locks: ReturnType<typeof fakeLocks>;
let notices: PlainFailure[];
let progress: Progress[];
let log: string[];

beforeEach(async () => {
  disk = new MemoryDisk();
  locks = fakeLocks();
  [notices, progress, log] = [[], [], []];
  hub = await startHub({
    repositories: {
      [id]: {
        files: { 'config.json': tinyConfig, 'model.safetensors': weights, 'tokenizer.json': '{"a":1}' },
      },
    },
  });
});
afterEach(() => hub.close());

const tools = (changes: Partial<Tools> = {}): Tools => ({
  disk,
  locks,
  keep: true,
  converter: async () => fakeConverter(log),
  onNotice: (notice) => notices.push(notice),
  onProgress: (now) => progress.push(now),
  ...changes,
});

async function fetchModel(changes: Partial<Tools> = {}, exact = false) {
  const plan = await planHubModel({ endpoint: hub.url, repository: id });
  const { signal } = changes;
  return acquire(
    await prepareHub(plan, exact, { disk: changes.disk ?? disk, patience: quick, signal }),
    tools(changes),
  );
}
const weightRequests = () =>
  hub.requests.filter(({ origin, path }) => origin === 'cdn' && path.includes('model.safetensors'));

async function keptBytes(place = disk) {
  const model = await findKept(place, id);
  if (!model) return null;
  const parts: Uint8Array[] = [];
  for await (const part of readKept(place, model, 'model.safetensors')) parts.push(part);
  return Buffer.concat(parts);
}

describe('fetching from a hub', () => {
  test('converts, keeps with hashes, and leaves no part behind', async () => {
    const done = await fetchModel();
    expect(done).toMatchObject({
      id,
      name: id,
      dtype: 'q8',
      bytes: size,
      files: null,
      notKept: null,
      notes: [],
    });
    expect((await keptBytes())!.equals(converted)).toBe(true);
    const model = (await findKept(disk, id))!;
    expect(model.files.map((file) => [file.name, file.sha256])).toEqual([
      ['model.safetensors', sha256(converted)],
      ['config.json', sha256(tinyConfig)],
      ['tokenizer.json', sha256('{"a":1}')],
    ]);
    const made = { name: 'model.safetensors', bytes: size, sha256: sha256(weights) };
    expect(model.origin).toMatchObject({ kind: 'hub', repository: id, revision: 'main', weights: [made] });
    expect(done.origin).toEqual(model.origin);
    expect(await listPartial(disk, locks)).toEqual([]);
    expect(notices).toEqual([]);
  });

  test('asks for nothing the second time', async () => {
    await fetchModel();
    const before = weightRequests().length;
    await fetchModel();
    expect(weightRequests()).toHaveLength(before);
    expect(log.filter((line) => line === 'finish')).toHaveLength(1);
  });

  test('goes on where the last visit was cut off', async () => {
    hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'cut', at: 120_000 });
    hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'status', status: 503, times: 2 });
    const failure = await failureOf(fetchModel());
    expect(failure.code).toBe('server');
    expect(await findKept(disk, id)).toBeNull();
    expect(
      (await listPartial(disk, locks)).map(({ received, journal }) => [received, journal.total]),
    ).toEqual([[120_000, size]]);

    progress.length = 0;
    await fetchModel();
    expect(weightRequests().at(-1)!.range).toBe('bytes=120000-');
    expect((await keptBytes())!.equals(converted)).toBe(true);
    expect(progress.map(({ stage }) => stage)).toContain('replaying');
    expect(await listPartial(disk, locks)).toEqual([]);
  });

  test('replaces a kept model by a newer commit of it', async () => {
    await fetchModel();
    const newer = weights.map((byte) => byte ^ 5);
    hub.add(id, { files: { 'config.json': tinyConfig, 'model.safetensors': newer } });
    await fetchModel();
    expect((await keptBytes())!.equals(newer.map((byte) => byte + 1))).toBe(true);
    expect(await listKept(disk)).toHaveLength(1);
  });

  test('leaves out a tokenizer that the engine cannot use, and says so', async () => {
    const complaint = {
      code: 'tokenizer' as const,
      values: { detail: 'its type is "Unigram", wanted BPE' },
    };
    const converter = async () => ({ ...fakeConverter(log), complaint: () => complaint });
    const done = await fetchModel({ converter });
    expect(done.notes).toEqual([complaint]);
    expect((await findKept(disk, id))!.files.map(({ name }) => name)).toEqual([
      'model.safetensors',
      'config.json',
    ]);
  });

  test('begins anew when the file changed between visits', async () => {
    hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'cut', at: 120_000 });
    hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'status', status: 503, times: 2 });
    await failureOf(fetchModel());
    hub.add(id, {
      files: {
        'config.json': tinyConfig,
        'model.safetensors': weights.map((byte) => byte ^ 3),
        'tokenizer.json': '{}',
      },
    });
    await fetchModel();
    expect(weightRequests().at(-1)!.range).toBeNull();
    expect((await keptBytes())!.equals(weights.map((byte) => (byte ^ 3) + 1))).toBe(true);
  });

  test('begins anew, told, when the ETag changes between parts', async () => {
    hub.faults.push(
      { on: 'cdn', file: 'model.safetensors', kind: 'cut', at: 120_000 },
      { on: 'cdn', file: 'model.safetensors', kind: 'etag', etag: '"x"' },
    );
    await fetchModel();
    expect(notices.map(({ code }) => code)).toEqual(['interrupted', 'changed']);
    expect(log.filter((line) => line.startsWith('begin'))).toHaveLength(2);
    expect((await keptBytes())!.equals(converted)).toBe(true);
  });

  test.each([
    ['corrupt', { kind: 'corrupt', at: 777 }, 'hash'],
    ['too short', { kind: 'short', by: 5 }, 'length'],
    ['too long', { kind: 'long', by: 5 }, 'length'],
  ])('never uses a file that arrives %s: told, fetched again, then refused', async (_, fault, code) => {
    hub.faults.push({
      on: 'cdn',
      file: 'model.safetensors',
      ...fault,
      times: fault.kind === 'short' ? 2 : 1,
    });
    await fetchModel();
    expect(notices.map((notice) => notice.code)).toContain(code);
    expect((await keptBytes())!.equals(converted)).toBe(true);

    await removeKept(disk, locks, id);
    hub.faults.push({ on: 'cdn', file: 'model.safetensors', ...fault, times: Infinity });
    expect((await failureOf(fetchModel())).code).toBe(code);
    expect(await findKept(disk, id)).toBeNull();
    expect((await listPartial(disk, locks)).map(({ received }) => received)).toEqual([0]);
  });

  test('tells bytes, a rate and the time left', async () => {
    let clock = 0;
    await fetchModel({ now: () => (clock += 200) });
    expect(progress.at(-1)).toMatchObject({ stage: 'saving', received: size, total: size });
    expect(progress.some(({ stage, rate, left }) => stage === 'downloading' && rate! > 0 && left! >= 0)).toBe(
      true,
    );
    expect(
      progress.every(({ received }, index) => index === 0 || received >= progress[index - 1]!.received),
    ).toBe(true);
  });

  test('stops when cancelled and goes on later', async () => {
    hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'hang', at: 130_000 });
    const stop = new AbortController();
    let clock = 0;
    const now = () => (clock += 200);
    const work = fetchModel({
      now,
      signal: stop.signal,
      onProgress: ({ received }) => received > 60_000 && stop.abort(),
    });
    expect((await failureOf(work)).code).toBe('cancelled');
    const [part] = await listPartial(disk, locks);
    expect(part!.received).toBeGreaterThan(60_000);
    await fetchModel();
    expect(weightRequests().at(-1)!.range).toBe(`bytes=${part!.received}-`);
    expect((await keptBytes())!.equals(converted)).toBe(true);
  });

  test('an unfinished download can be thrown away', async () => {
    hub.faults.push(
      { on: 'cdn', file: 'model.safetensors', kind: 'cut', at: 120_000 },
      { on: 'cdn', file: 'model.safetensors', kind: 'status', status: 503, times: 2 },
    );
    await failureOf(fetchModel());
    await removePartial(disk, locks, id);
    expect(await listPartial(disk, locks)).toEqual([]);
  });
});

describe('room', () => {
  test('without room for the parts the model still comes', async () => {
    disk = new MemoryDisk(100_000);
    const done = await fetchModel();
    expect(done.notKept).toEqual({ code: 'quota', values: {} });
    expect(Buffer.from(await done.files![0]!.arrayBuffer()).equals(converted)).toBe(true);
    expect(done.files!.map((file) => file.name)).toEqual([
      'model.safetensors',
      'config.json',
      'tokenizer.json',
    ]);
    expect((disk as MemoryDisk).used).toBe(0);
  });

  test('the parts give way to the model', async () => {
    disk = new MemoryDisk(size + 50_000);
    expect((await fetchModel()).notKept).toBeNull();
    expect((await keptBytes())!.equals(converted)).toBe(true);
  });

  test('without storage the model is handed over as files', async () => {
    const done = await fetchModel({ keep: false });
    expect(done.notKept).toBeNull();
    expect(done.files).toHaveLength(3);
    expect(await listKept(disk)).toEqual([]);
  });
});

describe('tabs', () => {
  test('the second tab is told that the first is at it', async () => {
    hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'slow', rate: 2_000_000 });
    const first = fetchModel();
    while (progress.length === 0) await new Promise((soon) => setImmediate(soon));
    expect((await failureOf(fetchModel())).code).toBe('busy');
    await expect(removeKept(disk, locks, id)).rejects.toMatchObject({ code: 'inUse' });
    await first;
    await fetchModel();
    expect(log.filter((line) => line === 'finish')).toHaveLength(1);
  });
});

describe.each([
  ['private file system', () => new OpfsDisk(new FakeFolder() as unknown as FileSystemDirectoryHandle)],
  ['cache storage', () => new CacheDisk(new FakeCache() as unknown as Cache, 65_536)],
])('a page closed while it saved, %s', (_, make) => {
  test('leaves no model, and what it left is swept away', async () => {
    disk = make();
    await fetchModel();
    await disk.remove(`${folderOf(id)}/manifest.json`);
    expect(await findKept(disk, id)).toBeNull();
    expect(await sweep(disk, locks)).toEqual([id]);
    expect(await disk.list('kept')).toEqual([]);
  });

  test('a file that lost its end is no model', async () => {
    disk = make();
    await fetchModel();
    const writer = await disk.write(`${folderOf(id)}/model.safetensors`, 'create');
    await writer.write(converted.subarray(0, 1000));
    await writer.close();
    expect(await findKept(disk, id)).toBeNull();
    expect(await listKept(disk)).toEqual([]);
  });

  test('a damaged block is found and not handed on', async () => {
    disk = make();
    await fetchModel();
    const model = (await findKept(disk, id))!;
    const damaged = (await readAll((await disk.read(`${folderOf(id)}/model.safetensors`))!)).slice();
    damaged[5] ^= 1;
    const writer = await disk.write(`${folderOf(id)}/model.safetensors`, 'create');
    await writer.write(damaged);
    await writer.close();
    await expect(readKept(disk, model, 'model.safetensors').next()).rejects.toMatchObject({
      code: 'damaged',
    });
  });
});

test('a file of several blocks is hashed block by block, across any chunks', async () => {
  const bytes = Buffer.alloc(2 * BLOCK + 5, 'vitrine');
  const writer = await KeptWriter.create(disk, id, 'w');
  for (let at = 0; at < bytes.length; at += 5_000_011) await writer.write(bytes.subarray(at, at + 5_000_011));
  const entry = await writer.close();
  expect(entry).toEqual({
    name: 'w',
    bytes: bytes.length,
    sha256: sha256(bytes),
    blocks: [
      sha256(bytes.subarray(0, BLOCK)),
      sha256(bytes.subarray(BLOCK, 2 * BLOCK)),
      sha256(bytes.subarray(2 * BLOCK)),
    ],
  });
});
