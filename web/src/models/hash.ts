import { createSHA256 } from 'hash-wasm';
import { hex } from './http';

export interface StreamHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; ends the hash. */
  digest(): string;
}

/** SHA-256 of a stream; the browser's own digest wants all bytes at once. */
export async function streamHash(): Promise<StreamHash> {
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
