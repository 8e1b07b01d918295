import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEngine, EngineError } from '../../../web/src/client/client';
import type { EngineEvent, Failure } from '../../../web/src/protocol/protocol';
import { FakeWorker } from './fake_worker';

function engineWithFakes() {
  const workers: FakeWorker[] = [];
  const crashes: Failure[] = [];
  const events: EngineEvent[] = [];
  const engine = createEngine({
    wasm: 'https://site.example/engine/vitrine.wasm',
    worker: () => (workers.push(new FakeWorker()), workers.at(-1)!),
    onCrash: (failure) => crashes.push(failure),
    onEvent: (event) => events.push(event),
  });
  return { engine, workers, crashes, events };
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('the call was answered'),
    (reason: unknown) => (reason as EngineError).failure,
  );

test('the first message tells the worker where the engine is', () => {
  const { workers } = engineWithFakes();
  expect(workers).toHaveLength(1);
  expect(workers[0]!.heard).toEqual([
    { type: 'init', wasm: 'https://site.example/engine/vitrine.wasm', threads: null, kernel: null, runs: 0 },
  ]);
});

test('answers find their calls, whatever their order', async () => {
  const { engine, workers } = engineWithFakes();
  const first = engine.call('tokens', { ids: [1] });
  const second = engine.call('tokens', { ids: [2] });
  const [one, two] = workers[0]!.calls('tokens');
  workers[0]!.say({ type: 'answer', id: two!, result: ['second'] });
  workers[0]!.say({ type: 'answer', id: one!, result: ['first'] });
  expect(await Promise.all([first, second])).toEqual([['first'], ['second']]);
});

test('a failure rejects with its code and message', async () => {
  const { engine, workers } = engineWithFakes();
  const call = engine.call('run', { prompt: 'a' });
  workers[0]!.say({
    type: 'failure',
    id: workers[0]!.calls('run')[0]!,
    failure: { code: 'superseded', message: 'newer' },
  });
  await expect(call).rejects.toBeInstanceOf(EngineError);
  expect(await failureOf(call)).toEqual({ code: 'superseded', message: 'newer' });
});

test('aborting rejects at once, tells the worker, and the late answer is dropped', async () => {
  const { engine, workers } = engineWithFakes();
  const controller = new AbortController();
  const call = engine.call('run', { prompt: 'a' }, controller.signal);
  const [id] = workers[0]!.calls('run');
  controller.abort();
  expect((await failureOf(call)).code).toBe('cancelled');
  expect(workers[0]!.heard.at(-1)).toEqual({ type: 'cancel', id });
  workers[0]!.say({ type: 'answer', id: id!, result: {} });
});

test('a load is given up when the worker says so, and used when it was done before', async () => {
  const { engine, workers } = engineWithFakes();
  const load = () => {
    const controller = new AbortController();
    const call = engine.call('load', { kind: 'kept', id: 'a', name: 'A' }, controller.signal);
    controller.abort();
    const id = workers[0]!.calls('load').at(-1)!;
    expect(workers[0]!.heard.at(-1)).toEqual({ type: 'cancel', id });
    return { call, id };
  };
  const stopped = load();
  workers[0]!.say({
    type: 'failure',
    id: stopped.id,
    failure: { code: 'cancelled', message: 'by the worker' },
  });
  expect((await failureOf(stopped.call)).message).toBe('by the worker');
  const late = load();
  workers[0]!.say({ type: 'answer', id: late.id, result: { id: 'a' } });
  expect(await late.call).toEqual({ id: 'a' });
});

test('a call whose signal is already aborted is never sent', async () => {
  const { engine, workers } = engineWithFakes();
  expect((await failureOf(engine.call('encode', { text: 'a' }, AbortSignal.abort()))).code).toBe('cancelled');
  expect(workers[0]!.calls('encode')).toEqual([]);
});

test('after an answer, aborting says nothing to the worker', async () => {
  const { engine, workers } = engineWithFakes();
  const controller = new AbortController();
  const call = engine.call('encode', { text: 'a' }, controller.signal);
  workers[0]!.say({ type: 'answer', id: workers[0]!.calls('encode')[0]!, result: [] });
  await call;
  const heard = workers[0]!.heard.length;
  controller.abort();
  expect(workers[0]!.heard).toHaveLength(heard);
});

for (const [name, die] of [
  [
    'the engine traps',
    (worker: FakeWorker) =>
      worker.say({ type: 'crashed', failure: { code: 'crashed', message: 'unreachable' } }),
  ],
  ['the worker throws', (worker: FakeWorker) => worker.fail('unreachable')],
  ['a message cannot be read', (worker: FakeWorker) => worker.onmessageerror?.({} as MessageEvent)],
] as const) {
  test(`when ${name}, all calls are rejected once and the next call gets a new worker`, async () => {
    const { engine, workers, crashes } = engineWithFakes();
    const calls = [engine.call('run', { prompt: 'a' }), engine.call('encode', { text: 'b' })];
    die(workers[0]!);
    expect((await Promise.all(calls.map(failureOf))).map((failure) => failure.code)).toEqual([
      'crashed',
      'crashed',
    ]);
    expect(crashes).toHaveLength(1);
    expect(workers[0]!.terminated).toBe(true);

    const next = engine.call('encode', { text: 'c' });
    expect(workers).toHaveLength(2);
    expect(workers[1]!.heard[0]).toMatchObject({ type: 'init' });
    workers[1]!.say({ type: 'answer', id: workers[1]!.calls('encode')[0]!, result: [] });
    expect(await next).toEqual([]);
  });
}

test('what a dead worker still says is not heard', () => {
  const { engine, workers, events } = engineWithFakes();
  engine.call('encode', { text: 'a' }).catch(() => undefined);
  workers[0]!.fail('gone');
  workers[0]!.say({ type: 'event', event: { type: 'variant', threads: 1, reason: 'cores', kernel: 'simd' } });
  expect(events).toEqual([]);
});

test('events are handed on', () => {
  const { workers, events } = engineWithFakes();
  const progress = { stage: 'weights', received: 1, total: 2 } as const;
  workers[0]!.say({ type: 'event', event: { type: 'progress', progress } });
  expect(events).toEqual([{ type: 'progress', progress }]);
});

test('arguments that cannot be copied fail their own call only', async () => {
  const { engine, workers } = engineWithFakes();
  const uncopyable = { text: (() => '') as unknown as string };
  expect((await failureOf(engine.call('encode', uncopyable))).code).toBe('internal');
  const next = engine.call('encode', { text: 'a' });
  workers[0]!.say({ type: 'answer', id: workers[0]!.calls('encode').at(-1)!, result: [] });
  expect(await next).toEqual([]);
});

test('closing ends the worker and everything that waits', async () => {
  const { engine, workers } = engineWithFakes();
  const call = engine.call('encode', { text: 'a' });
  engine.dispose();
  expect((await failureOf(call)).code).toBe('cancelled');
  expect(workers[0]!.terminated).toBe(true);
  expect((await failureOf(engine.call('encode', { text: 'a' }))).code).toBe('cancelled');
  expect(workers).toHaveLength(1);
});

test('a new worker numbers its runs on from the last that was answered', async () => {
  const { engine, workers } = engineWithFakes();
  const run = engine.call('run', { prompt: 'a' });
  workers[0]!.say({
    type: 'answer',
    id: workers[0]!.calls('run')[0]!,
    result: { run: 7, tokens: [], reused: 0, milliseconds: 1 },
  });
  await run;
  workers[0]!.fail('unreachable');
  void failureOf(engine.call('run', { prompt: 'a' }));
  expect(workers[1]!.heard[0]).toMatchObject({ type: 'init', runs: 7 });
});

describe('a worker that says nothing', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const seconds = (n: number) => vi.advanceTimersByTimeAsync(n * 1000);
  const variant = {
    type: 'event',
    event: { type: 'variant', threads: 1, reason: 'cores', kernel: 'simd' },
  } as const;

  test('is asked, and left alone while it answers, however long it computes', async () => {
    const { engine, workers, crashes } = engineWithFakes();
    const [worker] = workers;
    worker!.say(variant);
    const call = engine.call('trace', { run: 1 });
    for (let round = 0; round < 40; round++) {
      await seconds(3);
      expect(worker!.heard.filter(({ type }) => type === 'ping')).toHaveLength(round + 1);
      worker!.say({ type: 'pong' });
    }
    expect(crashes).toEqual([]);
    worker!.say({ type: 'answer', id: worker!.calls('trace')[0]!, result: {} });
    expect(await call).toEqual({});
  });

  test('hangs or has closed itself: the call fails as a crash, and the next one gets another worker', async () => {
    const { engine, workers, crashes } = engineWithFakes();
    workers[0]!.say(variant);
    const told = failureOf(engine.call('run', { prompt: 'a' }));
    await seconds(19);
    expect(crashes).toEqual([]);
    await seconds(1);
    expect(await told).toMatchObject({
      code: 'crashed',
      reason: { code: 'worker_silent', details: { seconds: 20 } },
    });
    expect(crashes).toHaveLength(1);
    expect(workers[0]!.terminated).toBe(true);
    engine.call('run', { prompt: 'a' }).catch(() => undefined);
    expect(workers).toHaveLength(2);
    engine.dispose();
  });

  test('never came: the call fails by the network, which is no crash', async () => {
    const { engine, workers, crashes } = engineWithFakes();
    const told = failureOf(engine.call('load', { kind: 'kept', id: 'a', name: 'A' }));
    await seconds(29);
    expect(workers[0]!.terminated).toBe(false);
    await seconds(1);
    expect(await told).toMatchObject({
      code: 'network',
      reason: { code: 'engine_stalled', details: { seconds: 30 } },
    });
    expect([crashes.length, workers[0]!.terminated]).toEqual([0, true]);
    engine.call('load', { kind: 'kept', id: 'a', name: 'A' }).catch(() => undefined);
    expect(workers).toHaveLength(2);
    engine.dispose();
  });

  test('is not asked while nobody waits', async () => {
    const { engine, workers, crashes } = engineWithFakes();
    workers[0]!.say(variant);
    await seconds(60);
    const call = engine.call('encode', { text: 'a' });
    workers[0]!.say({ type: 'answer', id: workers[0]!.calls('encode')[0]!, result: [] });
    await call;
    await seconds(60);
    expect(workers[0]!.heard.map(({ type }) => type)).toEqual(['init', 'call']);
    expect(crashes).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
