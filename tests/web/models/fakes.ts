import type { Converter } from '../../../web/src/models/acquire';
import type { ModelFailure } from '../../../web/src/models/failure';
import type { Locks } from '../../../web/src/models/locks';

export const tinyConfig = JSON.stringify({
  model_type: 'gpt2',
  n_layer: 2,
  n_head: 2,
  n_embd: 8,
  n_positions: 16,
  vocab_size: 50,
});

/** Stands in for the engine: the "model" is every byte it was given, with one added, so that it differs from the source. */
export function fakeConverter(log: string[] = []): Converter {
  let got: Uint8Array<ArrayBuffer>[] = [];
  return {
    complaint: () => null,
    begin(_config, exact) {
      log.push(exact ? 'begin f32' : 'begin q8');
      got = [];
    },
    beginFile: (size) => void log.push(`file ${size}`),
    write: (bytes) => void got.push(bytes.map((byte) => byte + 1)),
    finish() {
      log.push('finish');
      const made = got;
      const bytes = made.reduce((sum, part) => sum + part.length, 0);
      return { dtype: 'q8', tying: 'plain', bytes, pieces: () => made };
    },
  };
}

/** Locks of one origin, shared by as many "tabs" as use them. */
export function fakeLocks(): Locks & { held: Map<string, number> } {
  const held = new Map<string, number>();
  return {
    held,
    free: async () => undefined,
    async attempt(name, mode, work) {
      const now = held.get(name) ?? 0;
      if (now < 0 || (mode === 'exclusive' && now > 0)) return null;
      held.set(name, mode === 'exclusive' ? -1 : now + 1);
      try {
        return { result: await work() };
      } finally {
        held.set(name, mode === 'exclusive' ? 0 : held.get(name)! - 1);
      }
    },
  };
}

/** Enough of the origin private file system for OpfsDisk, with a limit that can be reached. */
export class FakeFolder {
  readonly kind = 'directory';
  readonly entries = new Map<string, FakeFolder | FakeFile>();
  constructor(private readonly space: { room: number } = { room: Infinity }) {}

  async getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<FakeFolder> {
    const entry = this.entries.get(name);
    if (entry instanceof FakeFolder) return entry;
    if (!options?.create) throw new DOMException(name, 'NotFoundError');
    const folder = new FakeFolder(this.space);
    this.entries.set(name, folder);
    return folder;
  }
  async getFileHandle(name: string, options?: { create?: boolean }): Promise<FakeFile> {
    const entry = this.entries.get(name);
    if (entry instanceof FakeFile) return entry;
    if (!options?.create) throw new DOMException(name, 'NotFoundError');
    const file = new FakeFile(this.space);
    this.entries.set(name, file);
    return file;
  }
  async removeEntry(name: string): Promise<void> {
    if (!this.entries.delete(name)) throw new DOMException(name, 'NotFoundError');
  }
  async *keys() {
    yield* this.entries.keys();
  }
}

export class FakeFile {
  readonly kind = 'file';
  bytes = new Uint8Array(0);
  private busy = false;
  constructor(private readonly space: { room: number }) {}

  async getFile(): Promise<Blob> {
    return new Blob([this.bytes]);
  }
  async createSyncAccessHandle() {
    if (this.busy) throw new DOMException('locked', 'NoModificationAllowedError');
    this.busy = true;
    return {
      getSize: () => this.bytes.length,
      write: (part: Uint8Array, { at }: { at: number }) => {
        const fits = Math.min(part.length, this.space.room);
        this.space.room -= fits;
        const grown = new Uint8Array(Math.max(this.bytes.length, at + fits));
        grown.set(this.bytes);
        grown.set(part.subarray(0, fits), at);
        this.bytes = grown;
        return fits;
      },
      truncate: (size: number) => void (this.bytes = this.bytes.slice(0, size)),
      flush: () => undefined,
      close: () => void (this.busy = false),
    };
  }
}

/** Cache Storage in memory. */
export class FakeCache {
  readonly stored = new Map<string, Blob>();
  async put(url: string, response: Response): Promise<void> {
    this.stored.set(url, await response.blob());
  }
  async match(url: string): Promise<Response | undefined> {
    const blob = this.stored.get(url);
    return blob && new Response(blob);
  }
  async delete(url: string): Promise<boolean> {
    return this.stored.delete(url);
  }
  async keys(): Promise<{ url: string }[]> {
    return [...this.stored.keys()].map((url) => ({ url }));
  }
}

/** Bytes that pass for weights. */
export const weights = Uint8Array.from(
  { length: 200_003 },
  (_, index) => (index * 7919 + (index >> 8)) & 255,
);

/** Why a piece of work failed; that it went through is a failure of the test. */
export const failureOf = (work: Promise<unknown>): Promise<ModelFailure> =>
  work.then(
    () => {
      throw new Error('it went through');
    },
    (error: unknown) => error as ModelFailure,
  );
