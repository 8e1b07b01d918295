/** Requests to a host that is not ours: no cookies, no referrer, and reasons instead of "Failed to fetch". */
import { stallLimit, stallWatch } from '../protocol/stall';
import { ModelFailure } from './failure';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface AskOptions {
  fetch?: Fetch;
  signal?: AbortSignal;
  token?: string;
  /** Values for the sentences. */
  repository?: string;
  revision?: string;
}

/**
 * One GET with the headers that need no preflight: the hub's content network answers none. A `Range` of one span
 * with a start is among them; `If-Range` is not, so a changed file is told by its ETag instead.
 */
export function request(options: AskOptions & { cache?: RequestCache }, range?: number): RequestInit {
  const headers: Record<string, string> = {};
  if (range) headers.Range = `bytes=${range}-`;
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  return {
    headers,
    signal: options.signal ?? null,
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache: options.cache ?? 'no-store',
  };
}

/** fetch, with what went wrong as a ModelFailure; the answer is a good one. */
export async function fetchOrExplain(
  url: string,
  options: AskOptions & { cache?: RequestCache },
): Promise<Response> {
  const doFetch = options.fetch ?? fetch;
  let response: Response;
  try {
    response = await doFetch(url, request(options));
  } catch (error) {
    if (options.signal?.aborted) throw new ModelFailure('cancelled');
    throw await explainNoAnswer(url, doFetch, error);
  }
  if (!response.ok) throw explainStatus(response, url, options);
  return response;
}

/** Longest small file there is, bytes: a tokenizer.json takes some megabytes. A host can send without end. */
export const smallLimit = 64 << 20;

export interface SmallOptions extends AskOptions {
  /** Bytes after which it is given up; `smallLimit` if left out. */
  most?: number;
  /** Longest silence, ms. */
  stall?: number;
  cache?: RequestCache;
}

/**
 * A small file, whole. Throws ModelFailure: `stalled` when nothing comes for too long, `endless` when more comes than such
 * a file can have, `interrupted` when it breaks off, and what `fetchOrExplain` throws.
 */
export async function fetchSmall(url: string, options: SmallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { most = smallLimit, stall = stallLimit, signal } = options;
  const { host } = new URL(url);
  const watch = stallWatch(signal, stall);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let got = 0;
  try {
    watch.wait();
    const response = await fetchOrExplain(url, { ...options, signal: watch.signal });
    const reader = response.body?.getReader();
    while (reader) {
      watch.wait();
      const { done, value } = await reader.read();
      if (done) break;
      got += value.length;
      if (got > most) {
        void reader.cancel().catch(() => undefined);
        throw new ModelFailure('endless', { file: fileOf(url), host, most });
      }
      chunks.push(value);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  } catch (error) {
    if (signal?.aborted) throw new ModelFailure('cancelled');
    if (watch.stalled) throw new ModelFailure('stalled', { host, seconds: stall / 1000 });
    throw error instanceof ModelFailure ? error : new ModelFailure('interrupted', { host, got, wanted: 0 });
  } finally {
    watch.end();
  }
}

/** Why there was no answer. A page is not told; an answer to a request it may not read shows that CORS is the reason. */
export async function explainNoAnswer(url: string, doFetch: Fetch, error: unknown): Promise<ModelFailure> {
  const host = new URL(url).host;
  if (typeof navigator !== 'undefined' && navigator.onLine === false)
    return new ModelFailure('offline', { host });
  const detail = error instanceof Error ? error.message : String(error);
  const watch = stallWatch();
  try {
    watch.wait();
    // Only a page can be refused by CORS; elsewhere an answer now would prove nothing.
    if (typeof location === 'undefined') throw error;
    await doFetch(url, {
      mode: 'no-cors',
      method: 'HEAD',
      signal: watch.signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
    return new ModelFailure('cors', { host });
  } catch {
    // An isolated page may not even see that there was an answer.
    if (globalThis.crossOriginIsolated) return new ModelFailure('unreadable', { host });
    return new ModelFailure('unreachable', { host, detail });
  } finally {
    watch.end();
  }
}

export function explainStatus(response: Response, url: string, options: AskOptions): ModelFailure {
  const host = new URL(url).host;
  const code = response.headers.get('X-Error-Code');
  const values = {
    host,
    status: response.status,
    repository: options.repository ?? url,
    revision: options.revision ?? '',
  };
  switch (response.status) {
    case 401:
      // To strangers the hub says 401 for what is gated, private or absent alike; the code tells the gated apart.
      return new ModelFailure(code === 'GatedRepo' ? 'gated' : 'noRepository', values);
    case 403:
      return new ModelFailure(code === 'GatedRepo' ? 'gated' : 'forbidden', values);
    case 404:
      if (code === 'RevisionNotFound') return new ModelFailure('noRevision', values);
      if (code === 'EntryNotFound') return new ModelFailure('noFile', { ...values, file: fileOf(url) });
      return new ModelFailure(code === 'RepoNotFound' || !code ? 'noRepository' : 'noFile', {
        ...values,
        file: fileOf(url),
      });
    case 429:
      return new ModelFailure('tooMany', { ...values, seconds: retryAfter(response) ?? 60 });
    default:
      return new ModelFailure('server', values);
  }
}

/** Seconds of a Retry-After, given in seconds or as a date; null without one. */
export function retryAfter(response: Response, now = Date.now()): number | null {
  const header = response.headers.get('Retry-After');
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

export function fileOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').pop() ?? '');
}

/** An ETag without its quotes and weak mark; null when the answer shows none. */
export function etagOf(response: Response): string | null {
  const etag = response.headers.get('ETag');
  return etag ? etag.replace(/^W\//, '').replaceAll('"', '') : null;
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
