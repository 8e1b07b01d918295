/**
 * The threaded build with helpers as threads of Node: they come late, never, or go, and the answer is the same. A run
 * that waited for one of them would never end.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { Abi, loadAs } from '../../web/src/wasm/abi';
import { type HelperWorker, startThreaded } from '../../web/src/wasm/threads';
import type { HelperMessage } from '../../web/src/wasm/helper';
import { loadBytes, newEngine, runTo, tinyConfig, tinyFile, type TinyShape, wasmPath } from './engine';

/** Wide enough that products are shared, and so many tokens that rows are, too. */
const shape: TinyShape = { layers: 2, heads: 4, width: 128, context: 100, vocabulary: 500 };
const config = tinyConfig(shape);
const file = tinyFile(shape);
const prompt = (first: number, count = 100) =>
  Array.from({ length: count }, (_, token) => (37 * token + first) % shape.vocabulary);

/** What web/src/wasm/helper.ts does, in words that Node takes as they are; its instance asks nothing of its host. */
const helperCode = `
  const { parentPort } = require('node:worker_threads');
  parentPort.once('message', async ({ module, memory, stackTop }) => {
    const imports = {};
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module))
      (imports[from] ??= {})[name] = kind === 'memory' ? memory : () => 0;
    const { exports } = await WebAssembly.instantiate(module, imports);
    exports.__stack_pointer.value = stackTop;
    exports.vt_threads_help();
  });
`;

const started: Worker[] = [];
afterAll(() => Promise.all(started.map((worker) => worker.terminate())));

function helper(): Worker {
  const worker = new Worker(helperCode, { eval: true });
  started.push(worker);
  return worker;
}

/** An address that Node fetches from. */
const threadsUrl = () => {
  const bytes = readFileSync(wasmPath.replace('vitrine.wasm', 'vitrine-threads.wasm'));
  return `data:application/wasm;base64,${bytes.toString('base64')}`;
};

async function start(threads: number, makeWorker: () => HelperWorker) {
  const { instance } = await startThreaded(threadsUrl(), threads, { makeWorker, byteKernel: false });
  const abi = new Abi(instance);
  const model = loadBytes(abi, config, file, loadAs.q8);
  const session = abi.sessionNew(model);
  return {
    size: instance.exports.vt_threads_size as () => number,
    stop: instance.exports.vt_threads_stop as () => void,
    bits: (ids: number[]) => bits(abi, session, ids),
  };
}

function bits(abi: Abi, session: number, ids: number[]): Int32Array {
  runTo(abi, session, ids);
  return new Int32Array(abi.sessionTensor(session, 'logits').data.buffer);
}

async function alone() {
  const abi = await newEngine();
  const session = abi.sessionNew(loadBytes(abi, config, file, loadAs.q8));
  return (ids: number[]) => bits(abi, session, ids);
}

test('with helpers, with helpers that are gone without a word, the bits are those of one thread', async () => {
  const wanted = await alone();
  const workers: Worker[] = [];
  const engine = await start(4, () => {
    workers.push(helper());
    return workers.at(-1)!;
  });
  // The first run goes ahead without waiting for them.
  expect(engine.bits(prompt(1))).toEqual(wanted(prompt(1)));
  await expect.poll(engine.size, { timeout: 45_000 }).toBe(4);
  for (let first = 2; first < 12; first++) {
    expect(engine.bits(prompt(first))).toEqual(wanted(prompt(first)));
  }

  // They count as there, but will never do anything again: as if the system gave them no time.
  await Promise.all(workers.map((worker) => worker.terminate()));
  expect(engine.size()).toBe(4);
  for (let first = 2; first < 12; first++) expect(engine.bits(prompt(first))).toEqual(wanted(prompt(first)));
});

test('helpers that never come are not missed', async () => {
  const wanted = await alone();
  const told: HelperMessage[] = [];
  const engine = await start(3, () => ({
    postMessage: (message) => void told.push(message),
    terminate: () => undefined,
  }));
  expect(told).toHaveLength(2);
  expect(new Set(told.map(({ stackTop }) => stackTop)).size).toBe(2);
  expect(engine.size()).toBe(1);
  expect(engine.bits(prompt(5))).toEqual(wanted(prompt(5)));
});

test('helpers leave when they are told to', async () => {
  const workers: Worker[] = [];
  const engine = await start(3, () => {
    workers.push(helper());
    return workers.at(-1)!;
  });
  await expect.poll(engine.size, { timeout: 45_000 }).toBe(3);
  const left = Promise.all(workers.map((worker) => new Promise((done) => worker.once('exit', done))));
  engine.stop();
  await left;
  expect(engine.size()).toBe(1);
});
