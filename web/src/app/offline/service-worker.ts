/**
 * Makes the site work offline after the first visit, and isolates it on hosts that cannot send headers, so that the
 * engine may use threads. It keeps the files of one build and nothing else, each compared with its SHA-256 before it is
 * kept: a page and its files always belong together. Models that a reader fetched are kept by the page.
 */
/// <reference lib="webworker" />
import { digest, fetchChecked } from './checked';
import {
  activateMessage,
  cachePrefix,
  isolated,
  type KeepMessage,
  outdated,
  route,
  type Precache,
} from './plan';

declare const self: ServiceWorkerGlobalScope;
/** Put in place of this name by the build. */
declare const __PRECACHE__: Precache;

const { version, files, onUse } = __PRECACHE__;
const known = new Map(Object.entries({ ...files, ...onUse }));
const cacheName = cachePrefix + version;
/** Files that are fetched at a time while the worker installs. */
const atOnce = 4;

const address = (file: string) => new URL(file === 'index.html' ? './' : file, self.registration.scope).href;

self.addEventListener('install', (event) => event.waitUntil(install()));

self.addEventListener('activate', (event) => {
  const clean = caches
    .keys()
    .then((names) => Promise.all(outdated(names, version).map((name) => caches.delete(name))));
  event.waitUntil(clean);
  // Not waited for: Firefox ends it when all threads of a page have heard of it, and the engine's helpers sleep. A worker that
  // were not active until then would keep every file from the page.
  void clean.then(() => self.clients.claim());
});

/** The reader took up the offer of a new version; or a page tells what it was given before this worker took over. */
self.addEventListener('message', (event) => {
  if (event.data === activateMessage) void self.skipWaiting();
  else event.waitUntil(keepUsed(event.data));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const asked = {
    method: request.method,
    mode: request.mode,
    url: request.url,
    range: request.headers.has('range'),
  };
  const chosen = route(asked, self.registration.scope, known);
  if (chosen.kind === 'pass') return;
  const answer =
    chosen.kind === 'kept'
      ? keptFile(chosen.file, request.cache === 'reload')
      : // Offline it fails as it would without us, and is not told as a fault of ours.
        fetch(request);
  event.respondWith(answer.catch(() => Response.error()).then(isolated));
});

/** Rejects when one file is not to be had: then the worker that was active stays, and the next visit goes on from here. */
async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  const waiting = Object.keys(files);
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      if (!(await cache.match(address(file)))) await cache.put(address(file), await obtain(file));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

/** A file of this build: from a cache of another build where it has not changed, else from the network. */
async function obtain(file: string): Promise<Response> {
  const before = await caches.match(address(file));
  if (before && (await holds(before, file))) return before;
  return fetchChecked(address(file), known.get(file)!);
}

const holds = async (response: Response, file: string) =>
  (await digest(await response.clone().arrayBuffer())) === known.get(file);

/** Files that only some texts need, and that a page has used; whatever else a message says is nothing to us. */
async function keepUsed(message: Partial<KeepMessage> | null): Promise<void> {
  const wanted = Array.isArray(message?.keep) ? message.keep.map(String) : [];
  const used = Object.keys(onUse).filter((file) => wanted.includes(address(file)));
  await Promise.all(used.map((file) => keptFile(file, false).catch(() => undefined)));
}

/** `anew`: the page found the kept file wanting, so it is compared again and fetched where it is damaged. */
async function keptFile(file: string, anew: boolean): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(address(file));
  if (kept && (!anew || (await holds(kept, file)))) return kept;
  const fresh = await fetchChecked(address(file), known.get(file)!);
  // A full disk refuses to keep it; the page has its answer all the same.
  await cache.put(address(file), fresh.clone()).catch(() => undefined);
  return fresh;
}
