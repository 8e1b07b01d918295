/** Files of the build, taken from the network only when they are byte for byte what was built. */
import { stallLimit, stallWatch } from '../../protocol/stall';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A host answered something else than the file that was built: another page, a cut file, one of another release. */
export class WrongFile extends Error {
  override name = 'WrongFile';
  constructor(readonly url: string) {
    super(`${url} is not the file that belongs to this page: load the page again, or ask whoever hosts it.`);
  }
}

/** SHA-256 in lower-case hexadecimal. Service workers run on secure hosts only, where every browser has `crypto.subtle`. */
export async function digest(bytes: BufferSource): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The file at `url` if its SHA-256 is `sha256`. A wrong answer may come from the browser's own cache, so it is asked for
 * once more past that. Throws what the network threw, an Error on a stall, or WrongFile.
 */
export async function fetchChecked(
  url: string,
  sha256: string,
  { fetch = globalThis.fetch, limit = stallLimit }: { fetch?: Fetch; limit?: number } = {},
): Promise<Response> {
  const right =
    (await attempt(url, sha256, 'default', fetch, limit).catch(() => null)) ??
    (await attempt(url, sha256, 'reload', fetch, limit));
  if (!right) throw new WrongFile(url);
  return right;
}

/** One request; null when it is answered with other bytes. */
async function attempt(
  url: string,
  sha256: string,
  cache: RequestCache,
  fetch: Fetch,
  limit: number,
): Promise<Response | null> {
  const watch = stallWatch(undefined, limit);
  try {
    watch.wait();
    const response = await fetch(url, { cache, credentials: 'same-origin', signal: watch.signal });
    if (!response.ok || !response.body) return null;
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = response.body.getReader();
    for (;;) {
      watch.wait();
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
    }
    watch.rest();
    const whole = await new Blob(chunks).arrayBuffer();
    return (await digest(whole)) === sha256 ? answerOf(response, whole) : null;
  } catch (error) {
    throw watch.stalled ? new Error(`${url} has sent nothing for ${limit / 1000} s`) : error;
  } finally {
    watch.rest();
  }
}

/** A fresh answer: one that came by a redirect is refused for a page, and lengths on the wire are not the file's. */
function answerOf(response: Response, bytes: ArrayBuffer): Response {
  const headers = new Headers({ 'Content-Length': String(bytes.byteLength) });
  for (const name of ['Content-Type', 'Content-Security-Policy']) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(bytes, { headers });
}
