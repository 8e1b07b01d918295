// A small static server for dist/, for `npm start` and the browser tests.
//
//   node scripts/serve.mjs [FOLDER] [--port N] [--host H] [--under /path/] [--isolated]
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { isMain, main, PLACES, Problem } from './project.mjs';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Files whose folder or name carries a digest of their content never change. */
const IMMUTABLE = /^(assets\/.*-[\w-]{8}\.\w+|engine\/[0-9a-f]{12}\/.*)$/;

/** The headers that make a page cross-origin isolated, and with it able to share memory between workers. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** `bytes=a-b`, `bytes=a-`, `bytes=-n` -> {begin, end} (end exclusive); undefined: no range; null: not satisfiable. */
export function parseRange(text, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first, last] = match;
  const begin = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  return begin < end ? { begin, end } : null;
}

/** The part of a request's path below `under`; undefined when it lies elsewhere or is no path. */
export function pathBelow(url, under) {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]);
    if (!path.startsWith(under) || path.includes('\0') || path.includes('\\')) return undefined;
    return path.slice(under.length);
  } catch {
    return undefined;
  }
}

/** The file that `path` names below `root`; a folder's is its index.html. Undefined: none, or not below `root`. */
async function fileFor(root, path) {
  try {
    const asked = resolve(root, `./${path}`);
    const folder = (await stat(asked)).isDirectory();
    const real = await realpath(folder ? join(asked, 'index.html') : asked);
    const info = await stat(real);
    return real.startsWith(root + sep) && info.isFile() ? { real, info } : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response, status, text, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${text}\n`);
}

/** The request listener that serves `folder` under the path `under`. */
export async function staticFiles(folder, { under = '/', isolated = false } = {}) {
  const root = await realpath(folder);
  const common = {
    'X-Content-Type-Options': 'nosniff',
    'Accept-Ranges': 'bytes',
    ...(isolated ? ISOLATION : {}),
  };
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refuse(response, 405, 'only GET and HEAD', { Allow: 'GET, HEAD' });
    }
    if (`${request.url}/` === under) return refuse(response, 308, `moved to ${under}`, { Location: under });
    const path = pathBelow(request.url, under);
    const file = path === undefined ? undefined : await fileFor(root, path);
    if (!file) return refuse(response, 404, `nothing is at ${request.url}`, common);

    const { size, mtimeMs } = file.info;
    const tag = `"${size.toString(16)}-${Math.round(mtimeMs).toString(16)}"`;
    const headers = {
      ...common,
      'Content-Type': TYPES[extname(file.real).toLowerCase()] ?? 'application/octet-stream',
      'Cache-Control': IMMUTABLE.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ETag: tag,
    };
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304, headers);
      return response.end();
    }
    const range = parseRange(request.headers.range, size);
    if (range === null)
      return refuse(response, 416, 'no such range', { ...common, 'Content-Range': `bytes */${size}` });
    const { begin, end } = range ?? { begin: 0, end: size };
    if (range) headers['Content-Range'] = `bytes ${begin}-${end - 1}/${size}`;
    response.writeHead(range ? 206 : 200, { ...headers, 'Content-Length': end - begin });
    if (request.method === 'HEAD' || begin === end) return response.end();
    const stream = createReadStream(file.real, { start: begin, end: end - 1 });
    stream.on('error', () => response.destroy());
    response.on('close', () => stream.destroy());
    return stream.pipe(response);
  };
}

const listen = (server, port, host) =>
  new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      done(server.address().port);
    });
  });

/**
 * Serves `folder`. Resolves to {url, port, close()}. Port 0 is any free one; with `orNext` a port that is taken gives
 * way to the next free one.
 */
export async function serve(
  folder,
  { port = 0, host = '127.0.0.1', under = '/', isolated = false, orNext = false } = {},
) {
  if (!/^\/([^/]+\/)*$/.test(under))
    throw new Problem(`--under ${under}: a path that begins and ends with / is wanted`);
  const server = createServer(await staticFiles(folder, { under, isolated }));
  const last = orNext && port > 0 ? port + 50 : port;
  for (let wanted = port; ; ++wanted) {
    try {
      const got = await listen(server, wanted, host);
      const shown = host.includes(':') ? `[${host}]` : host;
      const close = () =>
        new Promise((done) => {
          server.close(done);
          server.closeAllConnections();
        });
      return { url: `http://${shown}:${got}${under}`, port: got, close };
    } catch (error) {
      if (error.code === 'EADDRINUSE' && wanted < last) continue;
      const why = {
        EADDRINUSE: 'it is taken; choose another with --port',
        EACCES: 'it may not be used without privileges',
      };
      throw new Problem(`cannot listen on ${host}, port ${wanted}: ${why[error.code] ?? error.message}`);
    }
  }
}

export const SERVE_OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  under: { type: 'string', default: '/' },
  isolated: { type: 'boolean', default: false },
};

/** The port that was asked for; 5050 or one after it when none was. */
export function portAsked(text) {
  if (text === undefined) return { port: 5050, orNext: true };
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Problem(`--port ${text}: a number from 0 to 65535 is wanted`);
  return { port, orNext: false };
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const { values, positionals } = parseArgs({ options: SERVE_OPTIONS, allowPositionals: true });
    const { url } = await serve(positionals[0] ?? PLACES.page, { ...values, ...portAsked(values.port) });
    console.log(url);
  });
}
