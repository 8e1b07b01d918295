/** Prompts that are too long for an address as they are: packed into a link, and kept in this tab for a reload. */
import { promptLimit } from './url';

/** Longest packed text that a link takes, characters; ten thousand of English fit. */
export const packedLimit = 8000;
/** Longest text that is unpacked: an address can be anything. */
const textLimit = 200_000;

async function through(bytes: Uint8Array<ArrayBuffer>, way: ReadableWritablePair<Uint8Array, BufferSource>) {
  const reader = new Blob([bytes]).stream().pipeThrough(way).getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    size += value.length;
    if (size > textLimit) throw new RangeError(`more than ${textLimit} bytes`);
    chunks.push(value as Uint8Array<ArrayBuffer>);
  }
}

/** The text, deflated, in the letters of an address; null where the browser cannot, or it is too long even so. */
export async function pack(text: string): Promise<string | null> {
  try {
    const bytes = await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw'));
    const letters = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    const code = letters.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    return code.length <= packedLimit ? code : null;
  } catch {
    return null;
  }
}

/** What `pack` was given; null for anything else. */
export async function unpack(code: string): Promise<string | null> {
  try {
    const letters = atob(code.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const text = await through(bytes, new DecompressionStream('deflate-raw'));
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return null;
  }
}

export interface KeptPrompt {
  prompt: string;
  appended: number[];
}

const name = 'vitrine.prompt';

/** Keeps what the address has no room for, or does not say; forgets it where it does. Storage may be refused. */
export function keepPrompt({ prompt, appended }: KeptPrompt, unsaid = false): void {
  try {
    if (prompt.length <= promptLimit && !unsaid) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify({ prompt, appended }));
  } catch {
    // The link says so when it is copied; there is nowhere else to keep it.
  }
}

export function keptPrompt(): KeptPrompt | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name) ?? 'null') as Partial<KeptPrompt> | null;
    if (typeof kept?.prompt !== 'string') return null;
    const whole =
      Array.isArray(kept.appended) && kept.appended.every((id) => Number.isSafeInteger(id) && id >= 0);
    return { prompt: kept.prompt, appended: whole ? kept.appended! : [] };
  } catch {
    return null;
  }
}
