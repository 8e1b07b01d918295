import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRange, pathBelow, portAsked, serve } from '../../scripts/serve.mjs';

describe('parseRange', () => {
  test.each([
    ['bytes=0-9', 100, { begin: 0, end: 10 }],
    ['bytes=90-', 100, { begin: 90, end: 100 }],
    ['bytes=-10', 100, { begin: 90, end: 100 }],
    ['bytes=-1000', 100, { begin: 0, end: 100 }],
    ['bytes=95-1000', 100, { begin: 95, end: 100 }],
    ['bytes=100-', 100, null],
    ['bytes=9-3', 100, null],
    ['bytes=-', 100, undefined],
    ['bytes=0-1,4-5', 100, undefined],
    ['lines=0-1', 100, undefined],
    [undefined, 100, undefined],
  ])('%s of %i bytes', (text, size, wanted) => {
    expect(parseRange(text, size)).toEqual(wanted);
  });
});

describe('pathBelow', () => {
  test.each([
    ['/a/b.js?x=1#y', '/', 'a/b.js'],
    ['/some/where/b.js', '/some/where/', 'b.js'],
    ['/elsewhere/b.js', '/some/where/', undefined],
    ['/%E0%A4%A', '/', undefined],
    ['/a%00b', '/', undefined],
    ['/..%5Csecret', '/', undefined],
  ])('%s under %s', (url, under, wanted) => {
    expect(pathBelow(url, under)).toBe(wanted);
  });
});

test('portAsked refuses what is no port', () => {
  expect(portAsked(undefined)).toEqual({ port: 5050, orNext: true });
  expect(portAsked('0')).toEqual({ port: 0, orNext: false });
  for (const text of ['http', '-1', '65536', '80.5']) expect(() => portAsked(text)).toThrow(`--port ${text}`);
});

describe('serve', () => {
  const outside = mkdtempSync(join(tmpdir(), 'vitrine-serve-'));
  const site = join(outside, 'site');
  let server: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    mkdirSync(join(site, 'engine/0123456789ab'), { recursive: true });
    writeFileSync(join(site, 'index.html'), '<!doctype html>hello');
    writeFileSync(join(site, 'engine/0123456789ab/vitrine.wasm'), 'abcdefghij');
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    symlinkSync(join(outside, 'secret.txt'), join(site, 'link.txt'));
    server = await serve(site, { under: '/some/where/', isolated: true });
  });
  afterAll(async () => {
    await server.close();
    rmSync(outside, { recursive: true });
  });

  /** As fetch, but the path is sent as it is written, dots and all. */
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((done, failed) => {
      const sent = request({ host: '127.0.0.1', port: server.port, path, headers, method }, (response) => {
        let body = '';
        response.on('data', (chunk) => (body += chunk));
        response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      sent.on('error', failed);
      sent.end();
    });

  test('serves a folder as its index.html, isolated and to be asked for again', async () => {
    const { status, headers, body } = await ask('/some/where/?prompt=x');
    expect([status, body]).toEqual([200, '<!doctype html>hello']);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
  });

  test('serves WebAssembly with its type, to be kept for ever, whole or in ranges', async () => {
    const path = '/some/where/engine/0123456789ab/vitrine.wasm';
    const whole = await ask(path);
    expect(whole.headers).toMatchObject({ 'content-type': 'application/wasm', 'content-length': '10' });
    expect(whole.headers['cache-control']).toContain('immutable');
    const part = await ask(path, { range: 'bytes=2-4' });
    expect([part.status, part.body, part.headers['content-range']]).toEqual([206, 'cde', 'bytes 2-4/10']);
    expect((await ask(path, { range: 'bytes=10-' })).status).toBe(416);
    expect((await ask(path, { 'if-none-match': String(whole.headers.etag) })).status).toBe(304);
    const head = await ask(path, {}, 'HEAD');
    expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '10']);
  });

  test('moves to the path it serves under, and knows no other', async () => {
    expect((await ask('/some/where')).headers.location).toBe('/some/where/');
    expect((await ask('/index.html')).status).toBe(404);
    expect((await ask('/some/where/none.js')).status).toBe(404);
    expect((await ask('/some/where/', {}, 'POST')).status).toBe(405);
  });

  test.each([
    '../secret.txt',
    '..%2fsecret.txt',
    '%2e%2e/secret.txt',
    'engine/../../secret.txt',
    'link.txt',
    '/secret.txt',
  ])('never leaves its folder: %s', async (path) => {
    const { status, body } = await ask(`/some/where/${path}`);
    expect([status, body.includes('secret\n') || body === 'secret']).toEqual([404, false]);
  });

  test('takes the next free port when it may, and says so plainly when it may not', async () => {
    const next = await serve(site, { port: server.port, orNext: true });
    expect(next.port).toBeGreaterThan(server.port);
    await next.close();
    await expect(serve(site, { port: server.port })).rejects.toThrow(/port \d+: it is taken/);
    await expect(serve(site, { under: 'no-slashes' })).rejects.toThrow('--under no-slashes');
  });
});
