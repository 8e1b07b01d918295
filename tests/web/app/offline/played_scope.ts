/** A service worker's scope that is played here: its caches, its network, and a way to have its events happen. */
import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import type { Precache } from '../../../../web/src/app/offline/plan';

export const home = 'https://teacher.example/vitrine/';

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What a build of these files writes into its worker. */
export function precacheOf(version: string, files: Record<string, string>, onUse = {}): Precache {
  const hashes = (contents: Record<string, string>) =>
    Object.fromEntries(Object.entries(contents).map(([name, text]) => [name, sha256(text)]));
  return { version, files: hashes(files), onUse: hashes(onUse) };
}

type Host = (path: string, init: RequestInit) => Response | Promise<Response>;
type Listener = (event: Record<string, unknown>) => void;

export class PlayedScope {
  readonly caches = new Map<string, Map<string, Response>>();
  /** Paths that were asked of the network, with how. */
  readonly asked: { path: string; cache: RequestCache | undefined }[] = [];
  readonly claim = vi.fn(() => new Promise<void>(() => {}));
  readonly skipWaiting = vi.fn(async () => undefined);
  host: Host = () => new Response('not here', { status: 404 });
  #listeners = new Map<string, Listener>();

  /** Starts the worker of a build in this scope, beside what older ones left in the caches. */
  async start(precache: Precache): Promise<void> {
    vi.resetModules();
    this.#listeners = new Map();
    vi.stubGlobal('__PRECACHE__', precache);
    vi.stubGlobal('self', {
      addEventListener: (type: string, listener: Listener) => this.#listeners.set(type, listener),
      clients: { claim: this.claim },
      skipWaiting: this.skipWaiting,
      registration: { scope: home },
    });
    vi.stubGlobal('caches', {
      keys: async () => [...this.caches.keys()],
      delete: async (name: string) => this.caches.delete(name),
      match: async (url: string) =>
        [...this.caches.values()].map((kept) => kept.get(url)?.clone()).find(Boolean),
      open: async (name: string) => {
        const kept = this.caches.get(name) ?? new Map<string, Response>();
        this.caches.set(name, kept);
        return {
          match: async (url: string) => kept.get(url)?.clone(),
          put: async (url: string, response: Response) => void kept.set(url, response),
        };
      },
    });
    vi.stubGlobal('fetch', async (asked: string | Request, init: RequestInit = {}) => {
      const path = (typeof asked === 'string' ? asked : asked.url).slice(home.length);
      this.asked.push({ path, cache: init.cache });
      return this.host(path, init);
    });
    await import('../../../../web/src/app/offline/service-worker');
  }

  /** Has an event happen; resolves or rejects as what the worker waits for does. */
  async happen(type: 'install' | 'activate' | 'message', data?: unknown): Promise<void> {
    const waits: Promise<unknown>[] = [];
    this.#listeners.get(type)!({ data, waitUntil: (work: Promise<unknown>) => waits.push(work) });
    await Promise.all(waits);
  }

  /** What the worker answers the page, or undefined where it leaves that to the browser. */
  async answer(path: string, { mode = 'cors', cache = 'default' } = {}): Promise<Response | undefined> {
    let answer: Promise<Response> | undefined;
    const request = { method: 'GET', mode, cache, url: home + path, headers: new Headers() };
    this.#listeners.get('fetch')!({ request, respondWith: (work: Promise<Response>) => (answer = work) });
    return answer;
  }

  /** Text of what is kept under a build's name. */
  async kept(version: string): Promise<Record<string, string>> {
    const found = this.caches.get(`vitrine-site-${version}`) ?? new Map<string, Response>();
    const texts = [...found].map(async ([url, answer]) => [
      url.slice(home.length),
      await answer.clone().text(),
    ]);
    return Object.fromEntries(await Promise.all(texts)) as Record<string, string>;
  }
}
