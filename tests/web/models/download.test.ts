import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startHub } from '../../hub/server.mjs';
import { Download, type DownloadOptions, patience } from '../../../web/src/models/download';
import { ModelFailure } from '../../../web/src/models/failure';

const size = 300_001;
const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 7919 + (index >> 8)) & 255);
const url = () => `${hub.url}/acme/tiny/resolve/main/model.safetensors`;

let hub: Awaited<ReturnType<typeof startHub>>;
let pauses: [string, number][];

beforeEach(async () => {
  pauses = [];
  hub = await startHub({
    repositories: {
      'acme/tiny': { files: { 'model.safetensors': bytes } },
      'acme/gated': { gated: true, files: { 'model.safetensors': bytes } },
    },
  });
});
afterEach(() => hub.close());

/** As patient as the page, but for the pauses between attempts. */
const quick = { ...patience, sleep: async () => undefined };

function begin(options: Partial<DownloadOptions> = {}) {
  return new Download({
    url: url(),
    size,
    patience: quick,
    onPause: (failure, wait) => pauses.push([failure.code, wait]),
    ...options,
  });
}

async function all(download: Download) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of download.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const failureOf = (download: Download) =>
  all(download).then(
    () => expect.fail('the download went through'),
    (error: unknown) => error as ModelFailure,
  );
const ranges = () =>
  hub.requests.filter((request) => request.origin === 'cdn').map((request) => request.range);

describe('a download', () => {
  test('follows the redirect and hands out every byte once', async () => {
    expect((await all(begin())).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([null]);
    expect(pauses).toEqual([]);
  });

  test('goes on with a range where it was cut off, twice', async () => {
    hub.faults.push({ on: 'cdn', kind: 'cut', at: 100_000 }, { on: 'cdn', kind: 'cut', at: 50_000 });
    expect((await all(begin())).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([null, 'bytes=100000-', 'bytes=150000-']);
    expect(pauses.map(([code]) => code)).toEqual(['interrupted', 'interrupted']);
  });

  test('goes on from what is already here', async () => {
    expect((await all(begin({ from: 299_990 }))).equals(bytes.subarray(299_990))).toBe(true);
    expect(ranges()).toEqual(['bytes=299990-']);
  });

  test('asks for nothing when everything is here', async () => {
    expect((await all(begin({ from: size }))).length).toBe(0);
    expect(hub.requests).toEqual([]);
  });

  test('skips what it has when the host ignores ranges', async () => {
    hub.faults.push({ on: 'cdn', kind: 'cut', at: 70_000 }, { on: 'cdn', kind: 'norange' });
    expect((await all(begin())).equals(bytes)).toBe(true);
  });

  test('gives a silent connection up and goes on', async () => {
    hub.faults.push({ on: 'cdn', kind: 'hang', at: 70_000 });
    // Long enough that a busy machine does not pass for a silent one.
    expect((await all(begin({ patience: { ...quick, stall: 1500 } }))).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([null, 'bytes=70000-']);
  });

  test('reads through gzip', async () => {
    hub.faults.push({ on: 'cdn', kind: 'gzip' });
    expect((await all(begin())).equals(bytes)).toBe(true);
  });

  test('waits as long as a busy host asks, and no longer than is reasonable', async () => {
    hub.faults.push({ on: 'resolve', kind: 'status', status: 429, headers: { 'Retry-After': '7' } });
    expect((await all(begin())).equals(bytes)).toBe(true);
    expect(pauses).toEqual([['tooMany', 7000]]);
    hub.faults.push({ on: 'resolve', kind: 'status', status: 429, headers: { 'Retry-After': '900' } });
    const failure = await failureOf(begin());
    expect([failure.code, failure.values.seconds]).toEqual(['tooMany', 900]);
  });

  test('doubles its pauses and gives up after eight fruitless attempts', async () => {
    hub.faults.push({ on: 'resolve', kind: 'status', status: 503, times: Infinity });
    const failure = await failureOf(begin());
    expect([failure.code, failure.values.status]).toEqual(['server', 503]);
    expect(pauses.map(([, wait]) => wait)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000]);
    expect(hub.requests).toHaveLength(8);
  });

  test('tells a file that changed between two parts', async () => {
    hub.faults.push({ on: 'cdn', kind: 'cut', at: 70_000 }, { on: 'cdn', kind: 'etag', etag: '"other"' });
    expect((await failureOf(begin())).code).toBe('changed');
    expect((await failureOf(begin({ etag: 'older' }))).code).toBe('changed');
  });

  test.each([
    ['short', { kind: 'short', by: 11 }, size - 11],
    ['long', { kind: 'long', by: 11 }, size + 11],
  ])('refuses a file that is too %s', async (_, fault, got) => {
    hub.faults.push({ on: 'cdn', times: Infinity, ...fault });
    const failure = await failureOf(begin());
    expect(failure.code).toBe('length');
    expect(failure.values).toEqual({ file: 'model.safetensors', got, wanted: size });
  });

  test.each([
    ['gated', () => `${hub.url}/acme/gated/resolve/main/model.safetensors`, 'gated'],
    ['absent repository', () => `${hub.url}/acme/none/resolve/main/model.safetensors`, 'noRepository'],
    ['absent revision', () => `${hub.url}/acme/tiny/resolve/v9/model.safetensors`, 'noRevision'],
    ['absent file', () => `${hub.url}/acme/tiny/resolve/main/other.safetensors`, 'noFile'],
  ])('names an %s at once', async (_, address, code) => {
    expect((await failureOf(begin({ url: address() }))).code).toBe(code);
    expect(hub.requests).toHaveLength(1);
  });

  test('tries a refused redirect afresh', async () => {
    hub.faults.push({ on: 'cdn', kind: 'status', status: 403 });
    expect((await all(begin())).equals(bytes)).toBe(true);
    expect(pauses.map(([code]) => code)).toEqual(['forbidden']);
  });

  test('says that nobody answers', async () => {
    await hub.close();
    expect((await failureOf(begin())).code).toBe('unreachable');
    hub = await startHub();
  });

  test('stops when told', async () => {
    hub.faults.push({ on: 'cdn', kind: 'hang', at: 70_000 });
    const stop = new AbortController();
    const download = begin({ signal: stop.signal, patience: { ...patience, stall: 60_000 } });
    let received = 0;
    const failure = (async () => {
      for await (const chunk of download.chunks()) {
        received += chunk.length;
        if (received === 70_000) stop.abort();
      }
    })();
    await expect(failure).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('learns the length of a file that no listing told', async () => {
    hub.faults.push({ on: 'cdn', kind: 'cut', at: 70_000 });
    const download = begin({ size: null });
    expect((await all(download)).equals(bytes)).toBe(true);
    expect(download.size).toBe(size);
  });
});
