/**
 * Files of this origin, by path. Two kinds of storage keep them, the origin private file system and, where a browser
 * lacks it, Cache Storage; a third, for private windows that have neither, forgets them with the page.
 */

export interface Disk {
  readonly kind: 'opfs' | 'cache' | 'memory';
  /** Begins a file anew, or goes on at the end of the one there is. One writer at a time: a second one rejects. */
  write(path: string, mode: 'create' | 'append'): Promise<DiskWriter>;
  /** Null when there is no such file. */
  read(path: string): Promise<DiskFile | null>;
  /** Names directly inside a folder. */
  list(folder: string): Promise<string[]>;
  /** Removes a file or a folder with all it holds; nothing happens when there is none. */
  remove(path: string): Promise<void>;
}

export interface DiskWriter {
  /** Bytes of the file so far. */
  readonly size: number;
  /** Rejects with QuotaExceededError when there is no room. */
  write(bytes: Uint8Array): Promise<void>;
  /** What was written is safe after this. */
  close(): Promise<void>;
}

export interface DiskFile {
  readonly size: number;
  /** The bytes in order, in pieces of at most `piece` bytes. */
  chunks(piece?: number): AsyncGenerator<Uint8Array<ArrayBuffer>>;
}

/** Bytes read at once. */
export const PIECE = 4 << 20;

export class MemoryDisk implements Disk {
  readonly kind = 'memory';
  private files = new Map<string, Uint8Array<ArrayBuffer>[]>();
  private open = new Set<string>();

  /** `room`: bytes it holds before it says that there is no more. */
  constructor(public room = Infinity) {}

  get used(): number {
    return [...this.files.values()].flat().reduce((sum, chunk) => sum + chunk.length, 0);
  }

  async write(path: string, mode: 'create' | 'append'): Promise<DiskWriter> {
    if (this.open.has(path)) throw new DOMException(`${path} is being written`, 'NoModificationAllowedError');
    this.open.add(path);
    const chunks = mode === 'append' ? (this.files.get(path) ?? []) : [];
    this.files.set(path, chunks);
    let size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    return {
      get size() {
        return size;
      },
      write: async (bytes) => {
        if (this.used + bytes.length > this.room) throw new DOMException('no room', 'QuotaExceededError');
        chunks.push(bytes.slice());
        size += bytes.length;
      },
      close: async () => void this.open.delete(path),
    };
  }

  async read(path: string): Promise<DiskFile | null> {
    const chunks = this.files.get(path);
    if (!chunks) return null;
    return fileOfBlob(new Blob(chunks));
  }

  async list(folder: string): Promise<string[]> {
    return childrenOf([...this.files.keys()], folder);
  }

  async remove(path: string): Promise<void> {
    for (const name of [...this.files.keys()]) if (isInside(name, path)) this.files.delete(name);
  }
}

/** First parts below `folder` of the paths that are in it. */
export function childrenOf(paths: string[], folder: string): string[] {
  const names = paths
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1).split('/')[0]);
  return [...new Set(names)].sort();
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

export function fileOfBlob(blob: Blob): DiskFile {
  return {
    size: blob.size,
    async *chunks(piece = PIECE) {
      for (let at = 0; at < blob.size; at += piece) {
        yield new Uint8Array(await blob.slice(at, at + piece).arrayBuffer());
      }
    },
  };
}

/** The whole file as one array: for small ones. */
export async function readAll(file: DiskFile): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(file.size);
  let at = 0;
  for await (const chunk of file.chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Writes a small file whole. */
export async function writeAll(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const writer = await disk.write(path, 'create');
  try {
    await writer.write(bytes);
  } finally {
    await writer.close();
  }
}
