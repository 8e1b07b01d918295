import { expect, test } from 'vitest';
import { CallError, cancelled, stale } from '../../../web/src/protocol/call-error';
import { createYield } from '../../../web/src/wasm/yield';
import { type Job, Queue } from '../../../web/src/worker/queue';

const pause = createYield();
const code = (reason: unknown) => (reason as CallError).code;

/** A queue whose jobs write down what happened to them; a job takes `steps` pauses. */
function recorder() {
  const log: string[] = [];
  const finished: Promise<void>[] = [];
  const queue = new Queue(pause);
  const push = (id: number, lane: Job['lane'], steps = 0) => {
    const abort = new AbortController();
    let settle = () => {};
    finished.push(new Promise((resolve) => (settle = resolve)));
    const work = async () => {
      try {
        log.push(`begin ${id}`);
        for (let step = 0; step < steps; step++) {
          await pause();
          if (lane === 'long') await queue.serveShort();
          abort.signal.throwIfAborted();
        }
        log.push(`end ${id}`);
      } catch (reason) {
        log.push(`stop ${id} ${code(reason)}`);
      }
      settle();
    };
    const refuse = (reason: unknown) => (log.push(`refuse ${id} ${code(reason)}`), settle());
    queue.push({ id, lane, abort, work, refuse });
  };
  return { log, queue, push, done: () => Promise.all(finished) };
}

test('a newer run takes the place of one that waits', async () => {
  const { log, push, done } = recorder();
  push(1, 'run');
  push(2, 'run');
  push(3, 'run');
  await done();
  expect(log).toEqual(['refuse 1 superseded', 'refuse 2 superseded', 'begin 3', 'end 3']);
});

test('a newer run stops one that is half-way, and is then served', async () => {
  const { log, push, done } = recorder();
  push(1, 'run', 50);
  await pause();
  await pause();
  expect(log).toEqual(['begin 1']);
  push(2, 'run', 1);
  await done();
  expect(log).toEqual(['begin 1', 'stop 1 superseded', 'begin 2', 'end 2']);
});

test('a run goes before what is still to be pulled, and a long pull gives way', async () => {
  const { log, push, done } = recorder();
  push(1, 'pull', 50);
  push(2, 'pull');
  await pause();
  await pause();
  push(3, 'run');
  await done();
  expect(log).toEqual(['begin 1', 'stop 1 superseded', 'begin 3', 'end 3', 'begin 2', 'end 2']);
});

test('pulls are served one after another in their order', async () => {
  const { log, push, done } = recorder();
  push(1, 'pull', 3);
  push(2, 'pull', 1);
  push(3, 'pull');
  await done();
  expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
});

test('what is wanted first goes before other pulls, in its own order, but not before a run', async () => {
  const { log, push, done } = recorder();
  push(1, 'pull');
  push(2, 'first');
  push(3, 'pull');
  push(4, 'first');
  push(5, 'run');
  await done();
  expect(log.filter((line) => line.startsWith('begin'))).toEqual([5, 2, 4, 1, 3].map((id) => `begin ${id}`));
});

test('a long job lets short pulls in between its pieces, but not another long one', async () => {
  const { log, push, done } = recorder();
  push(1, 'long', 2);
  push(2, 'long');
  await pause();
  await pause();
  push(3, 'pull');
  push(4, 'pull');
  await done();
  expect(log).toEqual(['begin 1', 'begin 3', 'end 3', 'begin 4', 'end 4', 'end 1', 'begin 2', 'end 2']);
});

test('short pulls go before a long one that waits', async () => {
  const { log, push, done } = recorder();
  push(1, 'long');
  push(2, 'pull');
  await done();
  expect(log).toEqual(['begin 2', 'end 2', 'begin 1', 'end 1']);
});

test('cancelling takes a waiting job out, stops an active one, and knows no other', async () => {
  const { log, queue, push, done } = recorder();
  push(1, 'pull', 50);
  push(2, 'pull');
  push(3, 'pull');
  expect(queue.cancel(2, cancelled())).toBe(true);
  await pause();
  await pause();
  expect(queue.cancel(1, stale())).toBe(true);
  await done();
  expect(queue.cancel(1, cancelled())).toBe(false);
  expect(log).toEqual(['refuse 2 cancelled', 'begin 1', 'stop 1 stale', 'begin 3', 'end 3']);
});

test('a run that is cancelled while it waits leaves the queue in order', async () => {
  const { log, queue, push, done } = recorder();
  push(1, 'run');
  expect(queue.cancel(1, cancelled())).toBe(true);
  push(2, 'pull');
  await done();
  expect(log).toEqual(['refuse 1 cancelled', 'begin 2', 'end 2']);
});
