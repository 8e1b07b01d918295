/** Small files of a host: one limit for silence, one for length, and reasons for both. */
import { describe, expect, test } from 'vitest';
import { models as english } from '../../../web/src/i18n/en/models';
import { models as korean } from '../../../web/src/i18n/ko/models';
import { fetchSmall, smallLimit, type Fetch } from '../../../web/src/models/http';
import { readAll } from '../../../web/src/models/source-files';
import { listSiteModels } from '../../../web/src/models/site';
import { arriving } from '../../../web/src/protocol/stall';
import { failureOf } from './fakes';

const url = 'https://host.example/models/config.json';
const encoder = new TextEncoder();

/** Sends these and then says nothing more, until it is given up. */
const silentAfter =
  (...chunks: string[]): Fetch =>
  async (_, init) =>
    new Response(
      new ReadableStream({
        start(stream) {
          for (const chunk of chunks) stream.enqueue(encoder.encode(chunk));
          init!.signal!.addEventListener('abort', () => stream.error(init!.signal!.reason));
        },
      }),
    );
/** Never answers. */
const mute: Fetch = (_, init) =>
  new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason)));
/** Sends without end; counts what was taken. */
function endless() {
  const sent = { chunks: 0, cancelled: false };
  const fetch: Fetch = async () =>
    new Response(
      new ReadableStream({
        pull(stream) {
          sent.chunks += 1;
          stream.enqueue(new Uint8Array(1000));
        },
        cancel: () => void (sent.cancelled = true),
      }),
    );
  return { fetch, sent };
}

describe('a small file', () => {
  test('comes whole', async () => {
    const bytes = await fetchSmall(url, { fetch: async () => new Response('{"a":1}') });
    expect(new TextDecoder().decode(bytes)).toBe('{"a":1}');
  });

  test.each([
    ['never answers', mute],
    ['stops half-way', silentAfter('{"n_la')],
  ])('of a host that %s is given up and told, with the seconds', async (_, fetch) => {
    const { code, values } = await failureOf(fetchSmall(url, { fetch, stall: 20 }));
    expect([code, values]).toEqual(['stalled', { host: 'host.example', seconds: 0.02 }]);
    expect(english.failure.stalled({ host: 'h', seconds: 30 })).toMatch(/^h has sent nothing for 30 seconds/);
    expect(korean.failure.stalled({ host: 'h', seconds: 30 })).toContain('30초');
  });

  test('without end is given up at its limit', async () => {
    const { fetch, sent } = endless();
    const { code, values } = await failureOf(fetchSmall(url, { fetch, most: 10_000 }));
    expect([code, values]).toEqual(['endless', { file: 'config.json', host: 'host.example', most: 10_000 }]);
    expect(sent.cancelled).toBe(true);
    expect(sent.chunks).toBeLessThan(14);
    expect(smallLimit).toBe(67_108_864);
  });

  test('that breaks off says so, and one that was given up is no fault', async () => {
    const broken: Fetch = async () =>
      new Response(new ReadableStream({ pull: (stream) => stream.error(new Error('reset')) }));
    expect((await failureOf(fetchSmall(url, { fetch: broken }))).code).toBe('interrupted');
    const stop = new AbortController();
    const asked = failureOf(fetchSmall(url, { fetch: mute, signal: stop.signal }));
    stop.abort();
    expect((await asked).code).toBe('cancelled');
  });

  test('of the bundled model without end is told with its address', async () => {
    const { fetch } = endless();
    const stream = (await fetch(url)).body!;
    const reading = readAll({ stream, size: null, where: url }, new AbortController().signal, 10_000);
    await expect(reading).rejects.toMatchObject({
      code: 'network',
      reason: { code: 'file_endless', details: { where: url, most: 10_000 } },
    });
  });
});

describe('the list of what lies beside the page', () => {
  const entry = { id: 'm', name: 'M', folder: 'm', bytes: 5, parameters: 5 };
  const list = (fetch: Fetch) => listSiteModels('https://host.example/models/', { fetch, stall: 20 });
  test('is empty where there is none, and null where it did not come', async () => {
    expect(await list(async () => new Response(JSON.stringify({ models: [entry, null] })))).toEqual([entry]);
    expect(await list(async () => new Response('no', { status: 404 }))).toEqual([]);
    expect(await list(async () => new Response('<!doctype html>'))).toEqual([]);
    expect(await list(mute)).toBeNull();
    expect(await list(silentAfter('{"models":['))).toBeNull();
    expect(await list(async () => new Response('', { status: 503 }))).toBeNull();
  });
});

test('a program that does not come in time has failed', async () => {
  await expect(arriving(new Promise(() => {}), 20)).rejects.toThrow('nothing has come for 0.02 s');
  await expect(arriving(Promise.resolve(7), 20)).resolves.toBe(7);
  await expect(arriving(Promise.reject(new Error('gone')), 20)).rejects.toThrow('gone');
});
