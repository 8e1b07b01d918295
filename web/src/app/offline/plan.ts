/** What the service worker does with a request: pure decisions, so that a table can test them. */

/** Written into the service worker when the site is built. */
export interface Precache {
  /** Changes whenever any file does. */
  version: string;
  /** SHA-256 in hexadecimal by path, relative to the site's folder: fetched at once. */
  files: Record<string, string>;
  /** The same for what is kept when it is first asked for: parts of a font that only some texts need. */
  onUse: Record<string, string>;
}

/** Tells a worker that waits to take the place of the one before it. */
export const activateMessage = 'activate';

/** Asks the worker to keep what the page was given before it took over: addresses of files that are kept on use. */
export interface KeepMessage {
  keep: string[];
}

export type Route =
  /** Not ours: the browser does as it would without us. */
  | { kind: 'pass' }
  /** A file of this build, the page itself among them: kept, hence no network, and never one of another build. */
  | { kind: 'kept'; file: string }
  /** Same site, but not kept (models a host added, say). */
  | { kind: 'network' };

export interface Asked {
  method: string;
  mode: RequestMode;
  url: string;
  /** Part of a file is asked for. */
  range: boolean;
}

/** `scope` is the address of the site's folder, with its closing slash. */
export function route(asked: Asked, scope: string, files: Pick<ReadonlySet<string>, 'has'>): Route {
  if (asked.method !== 'GET') return { kind: 'pass' };
  const url = new URL(asked.url);
  const home = new URL(scope);
  if (url.origin !== home.origin || !url.pathname.startsWith(home.pathname)) return { kind: 'pass' };
  const path = fileOf(url.pathname.slice(home.pathname.length));
  const file = path === '' && asked.mode === 'navigate' ? 'index.html' : path;
  // A kept answer is a whole file; parts are the network's business.
  if (asked.range) return { kind: 'pass' };
  return files.has(file) ? { kind: 'kept', file } : { kind: 'network' };
}

/** The path without its percent signs; as it is where they stand for no text. */
function fileOf(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Headers that make a page cross-origin isolated, so that it may share memory between threads, where the host cannot
 * send them itself. https://developer.mozilla.org/docs/Web/API/Window/crossOriginIsolated
 */
export const isolation: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The same answer with the isolation headers. Answers whose headers cannot be read (opaque, errors) stay as they are. */
export function isolated(response: Response): Response {
  if (response.type === 'opaque' || response.type === 'error' || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(isolation)) headers.set(name, value);
  const empty = response.status === 204 || response.status === 205 || response.status === 304;
  return new Response(empty ? null : response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}

export const cachePrefix = 'vitrine-site-';

/** Caches of ours that belong to another build. */
export function outdated(names: string[], version: string): string[] {
  return names.filter((name) => name.startsWith(cachePrefix) && name !== cachePrefix + version);
}
