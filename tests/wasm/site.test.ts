/** Loading over HTTP with the real engine: what a static host may do to the files on their way. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEngine, type Engine, type EngineError } from '../../web/src/client/client';
import type { EngineEvent, Failure } from '../../web/src/protocol/protocol';
import { tinyConfig, tinyFile, tinyHeader, tinyShape } from './engine';
import { InProcessWorker } from './in_process_worker';

const weights = Buffer.from(tinyFile());
const letters = Array.from({ length: tinyShape.vocabulary }, (_, id) => String.fromCodePoint(97 + id));
const card = { name: 'Tiny', about: { en: 'A tiny model.', ko: '아주 작은 모델.' } };
const files: Record<string, Buffer> = {
  'config.json': Buffer.from(tinyConfig()),
  'model.safetensors': weights,
  'vocab.json': Buffer.from(JSON.stringify(letters)),
  'card.json': Buffer.from(JSON.stringify(card)),
};

type Answer = (request: IncomingMessage, response: ServerResponse, file: Buffer) => void;
/** How single files are answered; the others come as they are. */
let faults: Record<string, Answer> = {};
const asked: string[] = [];

const server = createServer((request, response) => {
  const name = request.url!.split('/').pop()!;
  asked.push(name);
  const file = files[name];
  const fault = faults[name];
  if (fault) return fault(request, response, file ?? Buffer.alloc(0));
  if (!file) return response.writeHead(404).end('no such file');
  response
    .writeHead(200, { 'content-length': file.length, 'content-type': 'application/octet-stream' })
    .end(file);
});

let base: string;
let engine: Engine;
const events: EngineEvent[] = [];
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sub/path/models/tiny`;
  engine = createEngine({
    wasm: 'vitrine.wasm',
    worker: () => new InProcessWorker(),
    onEvent: (event) => events.push(event),
  });
});
beforeEach(() => {
  faults = {};
  events.length = 0;
  asked.length = 0;
});
afterAll(async () => {
  engine.dispose();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const load = (signal?: AbortSignal) => engine.call('load', { kind: 'site', id: 'tiny', base }, signal);
const failure = (): Promise<Failure> =>
  load().then(
    () => expect.fail('it was loaded'),
    (reason: unknown) => (reason as EngineError).failure,
  );
/** The last progress of the weights. */
const weightsProgress = () =>
  events
    .flatMap((event) =>
      event.type === 'progress' && event.progress.stage === 'weights' ? [event.progress] : [],
    )
    .at(-1);

test('a folder of a site loads, with its card', async () => {
  const info = await load();
  expect(info).toMatchObject({
    id: 'tiny',
    name: 'Tiny',
    about: card.about,
    dtype: 'f32',
    hasTokenizer: true,
  });
  expect(weightsProgress()).toEqual({ stage: 'weights', received: weights.length, total: weights.length });
  expect((await engine.call('run', { prompt: 'dead' })).tokens).toHaveLength(4);
});

test('a compressed response is not measured by the length of its compressed bytes', async () => {
  const compressed = gzipSync(weights);
  expect(compressed.length).not.toBe(weights.length);
  faults['model.safetensors'] = (_, response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-length': compressed.length })
      .end(compressed);
  expect((await load()).layers).toBe(tinyShape.layers);
  expect(weightsProgress()?.total).toBeNull();
});

test('a response without a length loads too, whatever the sizes of its pieces', async () => {
  faults['model.safetensors'] = (_, response, file) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    for (let at = 0; at < file.length; at += 997) response.write(file.subarray(at, at + 997));
    response.end();
  };
  expect((await load()).layers).toBe(tinyShape.layers);
  expect(weightsProgress()?.total).toBeNull();
});

test('a model may come without card and tokenizer, or with a broken card', async () => {
  const missing: Answer = (_, response) => response.writeHead(404).end();
  faults = { 'card.json': missing, 'vocab.json': missing };
  expect(await load()).toMatchObject({ name: 'tiny', hasTokenizer: false });
  expect(asked).toContain('tokenizer.json');
  faults = { 'card.json': (_, response) => response.writeHead(200).end('{"name":') };
  expect(await load()).toMatchObject({ name: 'tiny', hasTokenizer: true });
});

test('a host that answers with its page for files it does not have', async () => {
  const page: Answer = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Welcome');
  faults = { 'tokenizer.json': page, 'merges.txt': page, 'card.json': page };
  expect((await load()).hasTokenizer).toBe(true);
  faults = { 'model.safetensors': page };
  const { code, message } = await failure();
  expect(code).toBe('input');
  expect(message).toMatch(/^There is no model\.safetensors in http:.*\/tiny\//);
});

test.each<[string, Record<string, Answer>, Failure['code'], RegExp]>([
  [
    'weights that are missing',
    { 'model.safetensors': (_, response) => response.writeHead(404).end() },
    'input',
    /There is no model\.safetensors in http:.*a model folder holds config\.json/,
  ],
  [
    'weights that are forbidden',
    { 'model.safetensors': (_, response) => response.writeHead(403).end() },
    'network',
    /\/tiny\/model\.safetensors answered 403 Forbidden\. Check/,
  ],
  [
    'a host that fails',
    { 'config.json': (_, response) => response.writeHead(500).end() },
    'network',
    /\/tiny\/config\.json answered 500/,
  ],
  [
    'a connection that breaks off',
    {
      'model.safetensors': (_, response, file) => {
        response.writeHead(200, { 'content-length': file.length });
        response.write(file.subarray(0, 3000), () => response.destroy());
      },
    },
    'network',
    /\/tiny\/model\.safetensors broke off after \d+ bytes/,
  ],
  [
    'a connection that is refused half-way through the vocabulary',
    { 'vocab.json': (request) => request.destroy() },
    'network',
    /\/tiny\/vocab\.json could not be fetched/,
  ],
  [
    'a file that was cut off before it was uploaded',
    {
      'model.safetensors': (_, response, file) =>
        response.writeHead(200, { 'content-length': file.length - 5 }).end(file.subarray(0, -5)),
    },
    'input',
    /./,
  ],
  [
    'a cut-off file without a length',
    {
      'model.safetensors': (_, response, file) => {
        response.writeHead(200).write(file.subarray(0, -5));
        response.end();
      },
    },
    'input',
    /./,
  ],
])('%s', async (_, broken, code, message) => {
  await load();
  faults = broken;
  const told = await failure();
  expect([told.code, told.message]).toEqual([code, expect.stringMatching(message)]);
  expect(told.message).not.toMatch(/\n/);
  // The model that was there still is.
  expect((await engine.call('run', { prompt: 'dead' })).tokens).toHaveLength(4);
});

test('a model too large for the memory is told so', async () => {
  await load();
  // The header makes the engine set aside room for all weights: 2^24 tokens of 4096 numbers.
  const large = { ...tinyShape, width: 4096, heads: 64, vocabulary: 2 ** 24 };
  faults = {
    'config.json': (_, response) => response.writeHead(200).end(tinyConfig(large)),
    'model.safetensors': (_, response) => {
      response.writeHead(200).write(tinyHeader(large));
      response.end();
    },
  };
  const { code, message } = await failure();
  expect([code, message]).toEqual(['memory', expect.stringMatching(/no memory for the model/)]);
  expect((await engine.call('run', { prompt: 'dead' })).tokens).toHaveLength(4);
});

test('cancelling ends the download', async () => {
  const closed = new Promise((resolve) => {
    faults['model.safetensors'] = (_, response, file) => {
      response.on('close', resolve);
      response.writeHead(200, { 'content-length': file.length }).write(file.subarray(0, 3000));
      controller.abort();
    };
  });
  const controller = new AbortController();
  await expect(load(controller.signal)).rejects.toMatchObject({ failure: { code: 'cancelled' } });
  await closed;
});
