import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { checkpointFiles, writeCheckpoint } from '../hub/checkpoint.mjs';
import { startHub } from '../hub/server.mjs';
import { fetchFiles } from '../../scripts/hub-files.mjs';
import { addModel } from '../../scripts/model.mjs';
import { cut, PIECE_BYTES, writeIndex } from '../../scripts/site-models.mjs';
import { planHubModel } from '../../web/src/models/hub';
import { MemoryDisk } from '../../web/src/models/disk';
import { listSiteModels, prepareSite } from '../../web/src/models/site';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitrine = process.env.VITRINE_NATIVE ?? `${root}build/vitrine`;
const shape = { layers: 2, heads: 2, width: 16, context: 16, vocabulary: 40 };
const vocabulary = JSON.stringify(Array.from({ length: 40 }, (_, index) => String.fromCodePoint(97 + index)));
const silent = () => undefined;

let folder: string;
let hub: Awaited<ReturnType<typeof startHub>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-model-'));
  const files = { ...checkpointFiles(shape, { dtype: 'F16' }), 'vocab.json': vocabulary };
  hub = await startHub({
    token: 'secret',
    repositories: { 'acme/small': { files }, 'acme/gated': { gated: true, files } },
  });
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
  for (const name of readdirSync(`${root}build/models`))
    if (/^acme--(small|gated|shards)-/.test(name)) rmSync(`${root}build/models/${name}`, { recursive: true });
});
beforeEach(() => void (hub.faults.length = 0));
afterEach(() => void delete process.env.HF_TOKEN);

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const add = (what: string, options: object = {}) =>
  addModel(what, { endpoint: hub.url, out: join(folder, 'models'), vitrine, print: silent, ...options });

test('a hub model becomes pieces, a manifest and an entry of the list, and the page takes it from there', async () => {
  const manifest = await add('acme/small');
  const placed = join(folder, 'models/small');
  expect(readdirSync(placed).sort()).toEqual([
    'config.json',
    'manifest.json',
    'vocab.json',
    manifest.pieces[0].name,
  ]);
  const joined = Buffer.concat(
    manifest.pieces.map(({ name }: { name: string }) => readFileSync(join(placed, name))),
  );
  expect(sha256(joined)).toBe(manifest.sha256);
  expect(JSON.parse(readFileSync(join(folder, 'models/models.json'), 'utf8')).models).toEqual([
    {
      id: 'small',
      name: 'small',
      folder: 'small',
      dtype: 'q8',
      parameters: manifest.parameters,
      bytes: joined.length,
      sha256: manifest.sha256,
    },
  ]);
  expect(manifest.source).toMatchObject({ kind: 'hub', repository: 'acme/small', revision: 'main' });
  // The native tool's own file of the same folder.
  writeCheckpoint(join(folder, 'same'), shape, { dtype: 'F16' });
  execFileSync(vitrine, [
    'quantize',
    join(folder, 'same'),
    join(folder, 'same.safetensors'),
    '--dtype',
    'q8',
  ]);
  expect(sha256(readFileSync(join(folder, 'same.safetensors')))).toBe(manifest.sha256);

  const base = 'http://site.example/under/models/';
  const fetchPlaced = async (url: string | URL) => {
    const path = join(folder, 'models', new URL(url).pathname.replace('/under/models/', ''));
    return existsSync(path) ? new Response(readFileSync(path)) : new Response(null, { status: 404 });
  };
  const [listed] = (await listSiteModels(base, { fetch: fetchPlaced }))!;
  const prepared = await prepareSite(`${base}${listed!.folder}/`, false, {
    disk: new MemoryDisk(),
    fetch: fetchPlaced,
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of prepared.weights[0]!.stream({ stage: silent, pause: silent })) chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(joined)).toBe(true);
  expect(prepared.small.map(({ name }) => name).sort()).toEqual(['config.json', 'vocab.json']);
});

test('a sharded model is fetched with its index, and its originals are placed beside it when that is asked for', async () => {
  const files = { ...checkpointFiles(shape, { dtype: 'BF16', shards: 2 }), 'vocab.json': vocabulary };
  hub.add('acme/shards', { files });
  const plain = await add('acme/shards', { name: 'plain' });
  expect(plain.exact).toBeUndefined();
  const manifest = await add('acme/shards', { exact: true });
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const made = shards.map((name) => {
    const bytes = Buffer.from((files as Record<string, string>)[name]!);
    return { name, bytes: bytes.length, sha256: sha256(bytes) };
  });
  expect(manifest.source).toMatchObject({ kind: 'hub', repository: 'acme/shards', weights: made });
  expect(plain.source.weights).toEqual(made);
  expect(manifest.exact).toMatchObject(made);
  for (const { pieces, sha256: whole } of manifest.exact) {
    const parts = pieces.map(({ name }: { name: string }) =>
      readFileSync(join(folder, 'models/shards', name)),
    );
    expect(sha256(Buffer.concat(parts))).toBe(whole);
  }
  const listed = JSON.parse(readFileSync(join(folder, 'models/models.json'), 'utf8')).models;
  const entry = (id: string) => listed.find((one: { id: string }) => one.id === id);
  expect(entry('shards').exactBytes).toBe(made[0]!.bytes + made[1]!.bytes);
  expect(entry('plain')).not.toHaveProperty('exactBytes');
});

test('pieces are no larger than 25 MB, and joined they are the file', () => {
  expect(PIECE_BYTES).toBeLessThanOrEqual(25e6);
  const file = join(folder, 'whole.bin');
  const bytes = Buffer.from(Uint8Array.from({ length: 10_007 }, (_, index) => index * 7));
  writeFileSync(file, bytes);
  const { pieces, sha256: whole } = cut(file, folder, { pieceBytes: 1000 });
  expect(pieces.map(({ bytes: size }) => size)).toEqual([...Array(10).fill(1000), 7]);
  expect(Buffer.concat(pieces.map(({ name }) => readFileSync(join(folder, name)))).equals(bytes)).toBe(true);
  expect(whole).toBe(sha256(bytes));
});

test("a folder is taken as it is, under a name of one's choice, and replaced as a whole", async () => {
  const out = join(folder, 'other');
  writeCheckpoint(join(folder, 'mine'), shape, { shards: 2, prefix: 'transformer.' });
  const first = await add(join(folder, 'mine'), { out, name: 'my-model' });
  writeCheckpoint(join(folder, 'mine'), shape, { shards: 2, seed: 5 });
  const second = await add(join(folder, 'mine'), { out, name: 'my-model' });
  expect(second.sha256).not.toBe(first.sha256);
  expect(readdirSync(join(out, 'my-model')).filter((name) => name.endsWith('.bin'))).toEqual([
    second.pieces[0].name,
  ]);
  const exact = await add(join(folder, 'mine'), { out, name: 'exact', dtype: 'f32' });
  expect([exact.dtype, exact.bytes > 2 * second.bytes]).toEqual(['f32', true]);
  expect(
    writeIndex(out)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['exact', 'my-model']);
});

test('a second call fetches nothing anew, an interrupted one goes on', async () => {
  const plan = await planHubModel({ endpoint: hub.url, repository: 'acme/small' });
  const place = join(folder, 'fetched');
  hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'cut', at: 3000 });
  hub.requests.length = 0;
  await fetchFiles(plan, place, { print: silent });
  const weights = () =>
    hub.requests
      .filter(({ origin, path }) => origin === 'cdn' && path.includes('safetensors'))
      .map(({ range }) => range);
  expect(weights()).toEqual([null, 'bytes=3000-']);
  await fetchFiles(plan, place, { print: silent });
  expect(weights()).toHaveLength(2);
  // A part that a stopped script left.
  const bytes = readFileSync(join(place, 'model.safetensors'));
  rmSync(join(place, 'model.safetensors'));
  writeFileSync(join(place, 'model.safetensors.part'), bytes.subarray(0, 500));
  await fetchFiles(plan, place, { print: silent });
  expect(weights().at(-1)).toBe('bytes=500-');
  expect(readFileSync(join(place, 'model.safetensors')).equals(bytes)).toBe(true);
});

test('damage is fetched anew once, then refused', async () => {
  const plan = await planHubModel({ endpoint: hub.url, repository: 'acme/small' });
  hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'corrupt', at: 9 });
  await fetchFiles(plan, join(folder, 'damaged'), { print: silent });
  hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'corrupt', at: 9, times: Infinity });
  await expect(fetchFiles(plan, join(folder, 'damaged-twice'), { print: silent })).rejects.toThrow(/SHA-256/);
  expect(existsSync(join(folder, 'damaged-twice/model.safetensors'))).toBe(false);
});

test('a gated repository wants the token of the environment, and only its host gets it', async () => {
  await expect(add('acme/gated')).rejects.toThrow(/HF_TOKEN/);
  process.env.HF_TOKEN = 'secret';
  hub.requests.length = 0;
  expect((await add('acme/gated')).id).toBe('gated');
  expect(
    hub.requests
      .filter(({ origin }) => origin === 'hub')
      .every(({ authorization }) => authorization === 'Bearer secret'),
  ).toBe(true);
  expect(
    hub.requests
      .filter(({ origin }) => origin === 'cdn')
      .every(({ authorization }) => authorization === null),
  ).toBe(true);
});

test.each([
  ['acme/none', {}, /no public model acme\/none/],
  ['a b', {}, /not the name of a repository/],
  ['acme/small', { revision: 'v9' }, /v9/],
  ['acme/small', { dtype: 'q4' }, /--dtype q4/],
  ['acme/small', { name: '..' }, /cannot name a folder/],
  ['./nowhere', {}, /no folder/],
  ['acme/small', { endpoint: 'http://127.0.0.1:9' }, /127\.0\.0\.1:9 cannot be reached/],
])('%s %o is refused in one line', async (what, options, message) => {
  await expect(add(what, options)).rejects.toThrow(message);
});

test('what the native tool refuses is told in its words', async () => {
  writeCheckpoint(join(folder, 'broken'), shape);
  writeFileSync(join(folder, 'broken/model.safetensors'), 'nonsense');
  await expect(add(join(folder, 'broken'))).rejects.toThrow(/quantize: .*safetensors/);
  expect(existsSync(join(folder, 'models/broken'))).toBe(false);
});
