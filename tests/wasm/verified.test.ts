/** Files that are known byte for byte: what comes wrong is fetched once more, told by name, and never computed with. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEngine, type Engine, type EngineError } from '../../web/src/client/client';
import { compile, EngineUnreachable } from '../../web/src/wasm/wasm';
import { tinyConfig, tinyFile, tinyShape, wasmBytes } from './engine';
import { InProcessWorker } from './in_process_worker';

const letters = Array.from({ length: tinyShape.vocabulary }, (_, id) => String.fromCodePoint(97 + id));
const files: Record<string, Buffer> = {
  'config.json': Buffer.from(tinyConfig()),
  'model.safetensors': Buffer.from(tinyFile()),
  'vocab.json': Buffer.from(JSON.stringify(letters)),
  'card.json': Buffer.from(JSON.stringify({ name: 'Tiny' })),
  'vitrine.wasm': Buffer.from(wasmBytes()),
};
const digest = (name: string) => createHash('sha256').update(files[name]!);
const { 'vitrine.wasm': _, ...modelFiles } = files;
const sha256 = Object.fromEntries(Object.keys(modelFiles).map((name) => [name, digest(name).digest('hex')]));

const flipped = (file: Buffer, bit: number) => {
  const other = Buffer.from(file);
  other[Math.floor(file.length * bit)]! ^= 1;
  return other;
};
/** What a host may send with status 200 in place of a file. */
const wrong: [string, (file: Buffer) => Buffer][] = [
  ['with a bit flipped at its beginning', (file) => flipped(file, 0)],
  ['with a bit flipped in its middle', (file) => flipped(file, 0.5)],
  ['with a bit flipped near its end', (file) => flipped(file, 0.999)],
  ['cut in half', (file) => file.subarray(0, file.length >> 1)],
  ['without its last byte', (file) => file.subarray(0, -1)],
  ['with a byte too many', (file) => Buffer.concat([file, Buffer.from('\n')])],
  ['as an empty file', () => Buffer.alloc(0)],
  ['as another page', () => Buffer.from('<!doctype html><title>Log in</title>')],
];

/** How often a file is answered wrongly from now on, and how. */
let spoilt: { name: string; times: number; spoil: (file: Buffer) => Buffer } | null = null;
const asked: { name: string; past: boolean }[] = [];
const server = createServer((request, response) => {
  const name = request.url!.split('/').pop()!;
  if (request.method === 'GET') asked.push({ name, past: request.headers['cache-control'] === 'no-cache' });
  const file = files[name];
  if (!file) return response.writeHead(404).end();
  const spoil = spoilt?.name === name && spoilt.times-- > 0 ? spoilt.spoil : null;
  return response
    .writeHead(200, { 'content-type': 'application/octet-stream' })
    .end(spoil ? spoil(file) : file);
});

let base: string;
let engine: Engine;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/tiny/`;
  engine = createEngine({ wasm: 'vitrine.wasm', worker: () => new InProcessWorker() });
});
beforeEach(() => {
  spoilt = null;
  asked.length = 0;
});
afterAll(async () => {
  engine.dispose();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const load = () => engine.call('load', { kind: 'site', id: 'tiny', base, sha256 });

describe.each(['config.json', 'model.safetensors', 'vocab.json'])('%s', (name) => {
  test.each(wrong)('that comes %s once is fetched once more, past every cache', async (_how, spoil) => {
    spoilt = { name, times: 1, spoil };
    expect(await load()).toMatchObject({ name: 'Tiny', hasTokenizer: true });
    expect(asked.filter((one) => one.name === name).map(({ past }) => past)).toEqual([false, true]);
    expect((await engine.call('run', { prompt: 'dead' })).tokens).toHaveLength(4);
  });

  test.each(wrong)('that keeps coming %s is refused', async (_how, spoil) => {
    spoilt = { name, times: Infinity, spoil };
    const told = await load().then(
      () => expect.fail('it was loaded'),
      (error: unknown) => (error as EngineError).failure,
    );
    // Weights the engine itself refuses are told in its words; every other wrong file by its address.
    if (name !== 'model.safetensors')
      expect(told).toMatchObject({
        code: 'network',
        reason: { code: 'file_other', details: { where: base + name } },
      });
    expect(['network', 'input']).toContain(told.code);
    expect(asked.filter((one) => one.name === name)).toHaveLength(2);
  });
});

test('weights in which the engine sees nothing wrong are told by their address', async () => {
  spoilt = { name: 'model.safetensors', times: Infinity, spoil: (file) => flipped(file, 0.999) };
  await expect(load()).rejects.toMatchObject({
    failure: {
      code: 'network',
      reason: { code: 'file_other', details: { where: `${base}model.safetensors` } },
    },
  });
});

test('a promised file that is not there is told by name', async () => {
  const promised = { ...sha256, 'merges.txt': '0'.repeat(64) };
  await expect(
    engine.call('load', { kind: 'site', id: 'tiny', base, sha256: promised }),
  ).rejects.toMatchObject({
    failure: { reason: { code: 'file_missing', details: { name: 'merges.txt', where: base } } },
  });
});

test('a card that is wrong keeps no model away', async () => {
  spoilt = { name: 'card.json', times: Infinity, spoil: () => Buffer.from('{"name":"Another"}') };
  expect((await load()).name).toBe('tiny');
});

describe('the engine’s module', () => {
  const where = () => new URL('../../engine/vitrine.wasm', base).href;
  const address = () => `${where()}#sha256-${digest('vitrine.wasm').digest('base64')}`;

  test('is taken when it is the one that belongs to the page', async () => {
    expect(WebAssembly.Module.exports(await compile(address())).map(({ name }) => name)).toContain(
      'vt_abi_version',
    );
  });

  test.each(wrong)('that comes %s once is fetched once more', async (_how, spoil) => {
    spoilt = { name: 'vitrine.wasm', times: 1, spoil };
    expect(await compile(address())).toBeInstanceOf(WebAssembly.Module);
    expect(asked).toHaveLength(2);
  });

  test.each(wrong)('that keeps coming %s is told by its address', async (_how, spoil) => {
    spoilt = { name: 'vitrine.wasm', times: Infinity, spoil };
    const told = await compile(address()).then(
      () => expect.fail('it was compiled'),
      (error: unknown) => error as EngineUnreachable,
    );
    expect(told.reason).toEqual({ code: 'engine_damaged', details: { where: where() } });
    expect(told.message).toContain(where());
  });

  test('that no host sends is told as one that is not reached', async () => {
    const nowhere = 'http://127.0.0.1:9/engine/vitrine.wasm';
    await expect(compile(`${nowhere}#sha256-AAAA`)).rejects.toMatchObject({
      reason: { code: 'engine_fetch', details: { where: nowhere } },
    });
  });
});
