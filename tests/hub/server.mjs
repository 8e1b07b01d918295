/**
 * Plays the Hugging Face hub for tests: the part of its HTTP interface that loading a model needs, on two origins
 * (the hub and its content network), with faults that can be switched on for chosen requests.
 *
 *   const hub = await startHub({ repositories: { 'acme/tiny': { files: { 'config.json': '{...}' } } } });
 *   hub.faults.push({ on: 'cdn', file: 'model.safetensors', kind: 'cut', at: 1000, times: 1 });
 *
 * or by hand: node tests/hub/server.mjs FOLDER [--repo owner/name] [--port N] [--rate BYTES_PER_SECOND]
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { faultFor } from './faults.mjs';
import { send } from './send.mjs';

const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag';
/** The hub keeps files above this size, and weights of any size, in its large-file store, known by SHA-256. */
const LARGE_FILE_BYTES = 10_000_000;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const gitBlobId = (bytes) => createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** @param {{files: Record<string, string|Uint8Array>, commit?: string, gated?: boolean, movedTo?: string, branches?: Record<string,string>}} repository */
function prepare(repository) {
  const files = new Map();
  for (const [path, content] of Object.entries(repository.files ?? {})) {
    // A view, not a copy: these may be large.
    const bytes =
      typeof content === 'string'
        ? Buffer.from(content)
        : Buffer.from(content.buffer, content.byteOffset, content.length);
    const large = path.endsWith('.safetensors') || path.endsWith('.bin') || bytes.length > LARGE_FILE_BYTES;
    files.set(path, { bytes, large, sha256: sha256(bytes), blob: gitBlobId(bytes) });
  }
  const commit =
    repository.commit ??
    createHash('sha1')
      .update([...files].map(([path, file]) => path + file.blob).join('\n'))
      .digest('hex');
  return { ...repository, files, commit, branches: { main: commit, ...repository.branches } };
}

/**
 * @param {{repositories?: Record<string, object>, port?: number, faults?: Record<string, unknown>[], token?: string}} options
 *   `token`: what gated repositories want as `Authorization: Bearer`.
 */
export async function startHub(options = {}) {
  const hub = {
    url: '',
    cdnUrl: '',
    repositories: new Map(),
    /** @type {Record<string, unknown>[]} See faults.mjs. */
    faults: [...(options.faults ?? [])],
    /**
     * Every request in order.
     * @type {{origin: 'hub' | 'cdn', method: string, path: string, range: string | null, authorization: string | null, status: number}[]}
     */
    requests: [],
    add(name, repository) {
      hub.repositories.set(name, prepare(repository));
    },
    close: async () => {
      for (const server of [hubServer, cdnServer]) {
        server.closeAllConnections();
        await new Promise((done) => server.close(done));
      }
    },
  };
  for (const [name, repository] of Object.entries(options.repositories ?? {})) hub.add(name, repository);

  const listen = (handler, origin, port) =>
    new Promise((resolve, reject) => {
      const server = createServer((request, response) => {
        const entry = {
          origin,
          method: request.method,
          path: request.url,
          range: request.headers.range ?? null,
          authorization: request.headers.authorization ?? null,
          status: 0,
        };
        hub.requests.push(entry);
        response.on('close', () => (entry.status = response.statusCode));
        handler(request, response).catch((error) => response.destroy(error));
      });
      server.on('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(server));
    });

  const cors = (request, response) => {
    response.setHeader('Vary', 'Origin');
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
    response.setHeader('Access-Control-Expose-Headers', EXPOSED);
    response.setHeader('Access-Control-Max-Age', '86400');
  };
  const fail = (response, status, code, message) => {
    response.writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Error-Code': code,
      'X-Error-Message': message,
    });
    response.end(JSON.stringify({ error: message }));
  };

  /** The repository, or null after the refusal has been sent. */
  const admit = (request, response, name) => {
    const repository = hub.repositories.get(name);
    const token = request.headers.authorization?.replace(/^Bearer /, '');
    if (!repository) {
      // The hub does not tell strangers whether a repository is absent or private.
      fail(
        response,
        token ? 404 : 401,
        'RepoNotFound',
        token ? 'Repository not found' : 'Invalid username or password.',
      );
      return null;
    }
    if (repository.gated && (!token || token !== options.token)) {
      fail(
        response,
        token ? 403 : 401,
        'GatedRepo',
        `Access to model ${name} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
      );
      return null;
    }
    return repository;
  };
  const commitOf = (repository, revision) =>
    repository.branches[revision] ?? (revision === repository.commit ? revision : null);

  async function onHub(request, response) {
    const url = new URL(request.url, 'http://hub');
    const path = decodeURIComponent(url.pathname);
    cors(request, response);
    if (request.method === 'OPTIONS') {
      response.setHeader('Access-Control-Allow-Headers', 'Authorization, Range');
      return void response.writeHead(204).end();
    }
    const api = /^\/api\/models\/((?:[^/]+\/)?[^/]+?)(?:\/revision\/([^/]+)|\/tree\/([^/]+))?$/.exec(path);
    const file = /^\/((?:[^/]+\/)?[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    const cached = /^\/api\/resolve-cache\/models\/(.+)\/([0-9a-f]{40})\/(.+)$/.exec(path);
    if (cached) return onSmallFile(request, response, cached);
    const [on, match] = api ? ['api', api] : ['resolve', file];
    if (!match) return fail(response, 404, 'NotFound', 'Sorry, we cannot find the page you are looking for.');
    const fault = faultFor(hub.faults, on, on === 'api' ? match[1] : match[3]);
    if (fault?.kind === 'nocors') response.removeHeader('Access-Control-Allow-Origin');
    if (fault?.kind === 'status') {
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
      return fail(response, fault.status, fault.code ?? '', fault.message ?? 'told to fail');
    }
    if (fault?.kind === 'drop') return void request.socket.destroy();

    const moved = hub.repositories.get(match[1])?.movedTo;
    if (moved) return void response.writeHead(307, { Location: request.url.replace(match[1], moved) }).end();
    const repository = admit(request, response, match[1]);
    if (!repository) return;
    const revision = (api ? (match[2] ?? match[3]) : match[2]) ?? 'main';
    const commit = commitOf(repository, revision);
    if (!commit) return fail(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);

    if (api)
      return describe(
        response,
        match[1],
        repository,
        commit,
        url.searchParams.get('blobs') === 'true',
        Boolean(match[3]),
      );
    const entry = repository.files.get(match[3]);
    if (!entry) return fail(response, 404, 'EntryNotFound', 'Entry not found');
    response.setHeader('X-Repo-Commit', commit);
    response.setHeader('Accept-Ranges', 'bytes');
    if (!entry.large) {
      const location = `/api/resolve-cache/models/${match[1]}/${commit}/${encodeURIComponent(match[3])}`;
      response.setHeader('ETag', `"${entry.blob}"`);
      return void response.writeHead(307, { Location: location }).end();
    }
    response.writeHead(302, {
      Location: `${hub.cdnUrl}/${match[1]}/${entry.sha256}/${match[3]}?Expires=1&Signature=test`,
      'X-Linked-Size': entry.bytes.length,
      'X-Linked-ETag': `"${entry.sha256}"`,
      ETag: `"${entry.sha256}"`,
    });
    response.end(request.method === 'HEAD' ? undefined : `Found. Redirecting to ${hub.cdnUrl}`);
  }

  function describe(response, name, repository, commit, blobs, tree) {
    const large = (file) => ({ sha256: file.sha256, size: file.bytes.length, pointerSize: 135 });
    const listed = [...repository.files];
    const body = tree
      ? listed.map(([path, file]) => ({
          type: 'file',
          oid: file.blob,
          size: file.bytes.length,
          path,
          ...(file.large ? { lfs: { oid: file.sha256, size: file.bytes.length, pointerSize: 135 } } : {}),
        }))
      : {
          _id: 'test',
          id: name,
          modelId: name,
          sha: commit,
          private: false,
          gated: repository.gated ? 'manual' : false,
          siblings: listed.map(([path, file]) => ({
            rfilename: path,
            ...(blobs
              ? { size: file.bytes.length, blobId: file.blob, ...(file.large ? { lfs: large(file) } : {}) }
              : {}),
          })),
        };
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(body));
  }

  async function onSmallFile(request, response, [, name, commit, path]) {
    const repository = hub.repositories.get(name);
    const entry = repository?.files.get(path);
    if (!entry) return fail(response, 404, 'EntryNotFound', 'Entry not found');
    response.setHeader('X-Repo-Commit', commit);
    await send(request, response, entry.bytes, `"${entry.blob}"`, faultFor(hub.faults, 'cdn', path));
  }

  async function onCdn(request, response) {
    const url = new URL(request.url, 'http://cdn');
    const match = /^\/(.+)\/([0-9a-f]{64})\/(.+)$/.exec(decodeURIComponent(url.pathname));
    // The real content network answers preflights with an error: only requests that need none get through.
    if (request.method === 'OPTIONS') return void response.writeHead(403).end();
    const entry = match && hub.repositories.get(match[1])?.files.get(match[3]);
    if (!entry) return void response.writeHead(404).end();
    const fault = faultFor(hub.faults, 'cdn', match[3]);
    if (fault?.kind !== 'nocors') {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Expose-Headers', EXPOSED);
    }
    await send(request, response, entry.bytes, `"${entry.sha256}"`, fault);
  }

  const cdnServer = await listen(onCdn, 'cdn', 0);
  hub.cdnUrl = `http://127.0.0.1:${cdnServer.address().port}`;
  const hubServer = await listen(onHub, 'hub', options.port ?? 0);
  hub.url = `http://127.0.0.1:${hubServer.address().port}`;
  return hub;
}

/** All files of a folder, by their path in it. */
export function filesOf(folder) {
  const files = {};
  const walk = (place) => {
    for (const name of readdirSync(place)) {
      const path = join(place, name);
      if (statSync(path).isDirectory()) walk(path);
      else files[relative(folder, path).replaceAll('\\', '/')] = readFileSync(path);
    }
  };
  walk(folder);
  return files;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const words = process.argv.slice(2);
  const option = (name) => {
    const at = words.indexOf(name);
    return at < 0 ? undefined : words.splice(at, 2)[1];
  };
  const [repo, port, rate] = [
    option('--repo') ?? 'openai-community/gpt2',
    option('--port'),
    option('--rate'),
  ];
  if (!words[0]) {
    console.error(
      'usage: node tests/hub/server.mjs FOLDER [--repo owner/name] [--port N] [--rate BYTES_PER_SECOND]',
    );
    process.exit(2);
  }
  const faults = rate ? [{ on: 'cdn', kind: 'slow', rate: Number(rate), times: Infinity }] : [];
  const hub = await startHub({
    port: Number(port ?? 0),
    faults,
    repositories: { [repo]: { files: filesOf(words[0]) } },
  });
  console.log(`${repo} at ${hub.url}`);
}
