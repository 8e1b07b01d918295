/**
 * Makes the site work offline after the first visit, and isolates it on hosts that cannot send headers, so that the
 * engine may use threads. It keeps the files of this build and nothing else; models that a reader fetched are kept by the page.
 */
/// <reference lib="webworker" />
import { cachePrefix, isolated, outdated, route, type Precache } from './plan';

declare const self: ServiceWorkerGlobalScope;
/** Put in place of this name by the build. */
declare const __PRECACHE__: Precache;

const { version, files, onUse } = __PRECACHE__;
const kept = new Set([...files, ...onUse]);
const cacheName = cachePrefix + version;
/** A page that does not come within this time is taken from the cache. */
const patience = 4000;

const address = (file: string) => new URL(file === 'index.html' ? './' : file, self.registration.scope).href;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(files.map(address))));
});

self.addEventListener('activate', (event) => {
  const clean = caches
    .keys()
    .then((names) => Promise.all(outdated(names, version).map((name) => caches.delete(name))));
  event.waitUntil(clean);
  // Not waited for: Firefox ends it when all threads of a page have heard of it, and the engine's helpers sleep. A worker that
  // were not active until then would keep every file from the page.
  void clean.then(() => self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const asked = {
    method: request.method,
    mode: request.mode,
    url: request.url,
    range: request.headers.has('range'),
  };
  const chosen = route(asked, self.registration.scope, kept);
  if (chosen.kind === 'pass') return;
  const answer =
    chosen.kind === 'page'
      ? page(request)
      : chosen.kind === 'kept'
        ? keptFile(chosen.file, request)
        : // Offline it fails as it would without us, and is not told as a fault of ours.
          fetch(request).catch(() => Response.error());
  event.respondWith(answer.then(isolated));
});

async function keptFile(file: string, request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const known = await cache.match(address(file));
  if (known) return known;
  const fresh = await fetch(request);
  // A full disk refuses to keep it; the page has its answer all the same.
  if (fresh.ok) await cache.put(address(file), fresh.clone()).catch(() => undefined);
  return fresh;
}

/** Newest first, so that an update of the site is seen at the next visit; what is kept when the network fails or dawdles. */
async function page(request: Request): Promise<Response> {
  const known = await caches.open(cacheName).then((cache) => cache.match(address('index.html')));
  if (!known) return fetch(request);
  try {
    const fresh = await fetch(request, { signal: AbortSignal.timeout(patience) });
    return fresh.ok ? fresh : known;
  } catch {
    return known;
  }
}
