import { arriving } from '../protocol/stall';
import { hex } from './http';

export interface StreamHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; ends the hash. */
  digest(): string;
}

/** SHA-256 of a stream; the browser's own digest wants all bytes at once. */
export async function streamHash(): Promise<StreamHash> {
  // Most visits hash nothing.
  const { createSHA256 } = await arriving(import('hash-wasm'));
  const hash = (await createSHA256()).init();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

/** SHA-256 of what is in memory: by the browser, off this thread, where the page is served securely. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (globalThis.crypto?.subtle) return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  const hash = await streamHash();
  hash.update(bytes);
  return hash.digest();
}

/** Git's name of a file: SHA-1 over "blob <length>\0" and the bytes. */
export async function gitBlobId(bytes: Uint8Array): Promise<string> {
  const head = new TextEncoder().encode(`blob ${bytes.length}\0`);
  const all = new Uint8Array(head.length + bytes.length);
  all.set(head);
  all.set(bytes, head.length);
  if (globalThis.crypto?.subtle) return hex(new Uint8Array(await crypto.subtle.digest('SHA-1', all)));
  const { sha1 } = await arriving(import('hash-wasm'));
  return sha1(all);
}
