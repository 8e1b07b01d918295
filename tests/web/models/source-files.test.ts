import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallError } from '../../../web/src/protocol/call-error';
import type { OpenFile } from '../../../web/src/models/model-files';
import { filesOf, weightsFile, readAll, readChunks } from '../../../web/src/models/source-files';

const site = { kind: 'site', id: 'small', base: 'https://site.example/models/small' } as const;
const url = 'https://site.example/models/small/model.safetensors';
const never = new AbortController().signal;

function answer(body: BodyInit | null, init: ResponseInit = {}) {
  const fetched = vi.fn(async () => new Response(body, init));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}
afterEach(() => vi.unstubAllGlobals());

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('nothing was refused'),
    (reason: unknown) => reason as CallError,
  );

/** A stream that gives these chunks, then breaks off if told so. */
function streamOf(chunks: number[][], breaks = false): ReadableStream<Uint8Array> {
  const left = chunks.map((chunk) => Uint8Array.from(chunk));
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk) controller.enqueue(chunk);
      else if (breaks) controller.error(new TypeError('network error'));
      else controller.close();
    },
  });
}

test('a site folder is read by name, whether or not its address ends in a slash', async () => {
  const fetched = answer('{}');
  await filesOf(site).open('config.json', never);
  await filesOf({ ...site, base: `${site.base}/` }).open('config.json', never);
  const addresses = fetched.mock.calls.map(([address]: unknown[]) => String(address));
  expect(addresses).toEqual(Array(2).fill('https://site.example/models/small/config.json'));
});

test.each([
  ['its length', { 'content-length': '3' }, 3],
  ['no length', {}, null],
  // Then the length is that of the compressed bytes.
  ['a compressed body', { 'content-length': '3', 'content-encoding': 'gzip' }, null],
  ['a length that is no number', { 'content-length': 'many' }, null],
] as const)('a response with %s', async (_, headers, size) => {
  answer('abc', { headers: { 'content-type': 'application/octet-stream', ...headers } });
  expect((await filesOf(site).open('model.safetensors', never))?.size).toBe(size);
});

test("another host's length is not trusted, for it may hide that the body is compressed", async () => {
  const response = new Response('abc', { headers: { 'content-length': '3', 'content-type': 'text/plain' } });
  Object.defineProperty(response, 'type', { value: 'cors' });
  vi.stubGlobal('fetch', async () => response);
  expect((await filesOf(site).open('model.safetensors', never))?.size).toBeNull();
});

test.each([404, 410])('status %i means that there is no such file', async (status) => {
  answer('nothing', { status });
  expect(await filesOf(site).open('merges.txt', never)).toBeNull();
});

test('a web page in place of a file means that there is no such file', async () => {
  answer('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } });
  expect(await filesOf(site).open('merges.txt', never)).toBeNull();
});

test('any other status is told with the address and what to do', async () => {
  answer('no', { status: 503, statusText: 'Service Unavailable' });
  const failure = await failureOf(filesOf(site).open('model.safetensors', never));
  expect(failure.code).toBe('network');
  expect(failure.message).toBe(
    `${url} answered 503 Service Unavailable. Check the connection and load the model again.`,
  );
});

test('a host that cannot be reached is told with the address and the reason', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('Failed to fetch')));
  const failure = await failureOf(filesOf(site).open('model.safetensors', never));
  expect(failure.code).toBe('network');
  expect(failure.message).toContain(`${url} could not be fetched (Failed to fetch)`);
});

test('opened files are found by name, shards in their order', async () => {
  const names = ['model-00002-of-00002.safetensors', 'config.json', 'model-00001-of-00002.safetensors'];
  const files = filesOf({
    kind: 'files',
    id: 'mine',
    name: 'mine',
    files: names.map((name) => new File([name], name)),
  });
  expect(files.weights).toEqual([names[2], names[0]]);
  expect(files.total).toBe(2 * names[0]!.length);
  const config = await files.open('config.json', never);
  expect(new TextDecoder().decode(await readAll(config!, never))).toBe('config.json');
  expect(await files.open('vocab.json', never)).toBeNull();
});

test('files without weights are refused with their names', () => {
  const source = {
    kind: 'files',
    id: 'mine',
    name: 'mine',
    files: [new File(['{}'], 'config.json')],
  } as const;
  expect(() => filesOf({ ...source, files: [...source.files] })).toThrow(
    /None of the opened files holds weights \(config\.json\)/,
  );
});

test('a model that is not kept here is refused by name', async () => {
  const files = filesOf({ kind: 'kept', id: 'gpt2', name: 'GPT-2' });
  await expect(files.open(weightsFile, new AbortController().signal)).rejects.toThrow(
    /"GPT-2" is not kept in this browser/,
  );
});

const file = (stream: ReadableStream<Uint8Array>, size: number | null = null): OpenFile => ({
  stream,
  size,
  where: url,
});

test('chunks come through in order, byte for byte', async () => {
  expect([...(await readAll(file(streamOf([[1, 2], [], [3], [4, 5, 6]]), 6), never))]).toEqual([
    1, 2, 3, 4, 5, 6,
  ]);
  expect([...(await readAll(file(streamOf([])), never))]).toEqual([]);
});

test('a stream that breaks off is told with what had come', async () => {
  const failure = await failureOf(readAll(file(streamOf([[1, 2], [3]], true)), never));
  expect(failure.code).toBe('network');
  expect(failure.message).toContain(`${url} broke off after 3 bytes (network error)`);
});

test('a stream that ends early is told with how much is missing', async () => {
  const failure = await failureOf(readAll(file(streamOf([[1, 2], [3]]), 4), never));
  expect(failure.code).toBe('network');
  expect(failure.message).toContain(`${url} ended after 3 of 4 bytes`);
});

test('aborting stops the reading with its own reason, and lets the stream go', async () => {
  const controller = new AbortController();
  let released: unknown;
  const stream = new ReadableStream<Uint8Array>({
    pull: (source) => source.enqueue(Uint8Array.of(1)),
    cancel: (reason) => void (released = reason ?? 'cancelled'),
  });
  const taken: number[] = [];
  const reading = readChunks(file(stream), controller.signal, (chunk) => {
    taken.push(...chunk);
    if (taken.length === 3) controller.abort('enough');
  });
  await expect(reading).rejects.toBe('enough');
  expect(taken).toEqual([1, 1, 1]);
  expect(released).toBe('cancelled');
});

test('a chunk the engine refuses ends the download', async () => {
  const cancel = vi.fn();
  const stream = new ReadableStream<Uint8Array>({
    pull: (source) => source.enqueue(Uint8Array.of(1)),
    cancel,
  });
  const refusal = new Error('header too long');
  await expect(
    readChunks(file(stream), never, () => {
      throw refusal;
    }),
  ).rejects.toBe(refusal);
  expect(cancel).toHaveBeenCalledOnce();
});

describe('a host that falls silent', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Fetch as browsers have it: aborting ends the wait for the answer, and its body. */
  const silent =
    (first: Uint8Array | null) =>
    async (_url: unknown, { signal }: RequestInit) =>
      first
        ? new Response(
            new ReadableStream({
              start(stream) {
                stream.enqueue(first);
                signal!.addEventListener('abort', () => stream.error(signal!.reason));
              },
            }),
          )
        : new Promise<Response>((_, reject) =>
            signal!.addEventListener('abort', () => reject(signal!.reason)),
          );

  test.each([
    ['before its answer', null],
    ['half-way', Uint8Array.of(1)],
  ])('%s is told after 30 s, with the address', async (_, first) => {
    vi.stubGlobal('fetch', silent(first));
    const failure = failureOf(
      filesOf(site)
        .open('model.safetensors', never)
        .then((file) => readAll(file!, never)),
    );
    await vi.advanceTimersByTimeAsync(30_000);
    expect((await failure).reason).toEqual({ code: 'fetch_stalled', details: { where: url, seconds: 30 } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is given up at once when the reader gives it up', async () => {
    vi.stubGlobal('fetch', silent(null));
    const abort = new AbortController();
    const opened = filesOf(site).open('model.safetensors', abort.signal);
    abort.abort('enough');
    await expect(opened).rejects.toBe('enough');
  });
});
