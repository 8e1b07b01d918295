/** The built page on a host that answers some requests wrongly, as hosts, proxies and half-done uploads do. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PLACES } from '../../scripts/project.mjs';
import { staticFiles } from '../../scripts/serve.mjs';

export type Spoil = 'html' | 'flipped' | 'cut' | 'empty' | 'gone' | 'silent' | 'half';

/** Whether a request comes from the service worker, which asks with its own script as referrer. */
export const fromServiceWorker = (request: IncomingMessage) =>
  /\/sw\.js$/.test(request.headers.referer ?? '');

export interface SpoiltHost {
  url: string;
  /** Which answers are wrong from now on; paths are relative to the site. */
  spoil: (path: string, request: IncomingMessage) => Spoil | undefined;
  /** Every request there was. */
  asked: string[];
  close(): Promise<void>;
}

const types: Record<string, string> = {
  js: 'text/javascript',
  css: 'text/css',
  html: 'text/html',
  wasm: 'application/wasm',
  json: 'application/json',
};

function answerWrongly(how: Spoil, file: Buffer, path: string, response: ServerResponse): void {
  const type = types[path.split('.').at(-1)!] ?? 'application/octet-stream';
  const send = (body: Buffer | string, status = 200, as = type) => {
    response.writeHead(status, { 'Content-Type': as, 'Cache-Control': 'no-cache' });
    response.end(body);
  };
  switch (how) {
    case 'html':
      return send('<!doctype html><title>Log in to the network</title>', 200, 'text/html');
    case 'flipped': {
      const other = Buffer.from(file);
      other[other.length >> 1]! ^= 1;
      return send(other);
    }
    case 'cut':
      return send(file.subarray(0, file.length >> 1));
    case 'empty':
      return send('');
    case 'gone':
      return send('gone', 404, 'text/plain');
    case 'silent':
      return;
    case 'half':
      response.writeHead(200, {
        'Content-Type': type,
        'Content-Length': file.length,
        'Cache-Control': 'no-cache',
      });
      response.write(file.subarray(0, file.length >> 1));
  }
}

export async function spoiltHost(folder = process.env['VITRINE_PAGE'] ?? PLACES.page): Promise<SpoiltHost> {
  const well = await staticFiles(folder);
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://host').pathname.slice(1) || 'index.html';
    host.asked.push(path);
    const how = host.spoil(path, request);
    if (how) answerWrongly(how, readFileSync(join(folder, path)), path, response);
    else void well(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host: SpoiltHost = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    spoil: () => undefined,
    asked: [],
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return host;
}
