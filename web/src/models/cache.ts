/**
 * Cache Storage as a Disk, for browsers without a private file system. A cache cannot append, so a file is a row of
 * numbered pieces; what was not yet a whole piece when the page closed is lost, never more.
 */
import { childrenOf, type Disk, type DiskFile, type DiskWriter, fileOfBlob, isInside } from './disk';

const NAME = 'vitrine';
/** Entries need addresses; nothing is ever served under this one. */
const BASE = 'https://vitrine.invalid/';
const PIECE_BYTES = 8 << 20;
const DIGITS = 6;

/** Null where the browser has none, or refuses it. */
export async function openCache(storage = globalThis.caches): Promise<CacheDisk | null> {
  try {
    return storage ? new CacheDisk(await storage.open(NAME)) : null;
  } catch {
    return null;
  }
}

export class CacheDisk implements Disk {
  readonly kind = 'cache';
  private open = new Set<string>();

  constructor(
    private readonly cache: Cache,
    private readonly pieceBytes = PIECE_BYTES,
  ) {}

  async write(path: string, mode: 'create' | 'append'): Promise<DiskWriter> {
    if (this.open.has(path)) throw new DOMException(`${path} is being written`, 'NoModificationAllowedError');
    this.open.add(path);
    if (mode === 'create') await this.remove(path);
    const pieces = await this.pieces(path);
    let size = 0;
    for (const piece of pieces) size += piece.size;
    let index = pieces.length;
    let waiting: Uint8Array<ArrayBuffer>[] = [];
    let waitingBytes = 0;
    const put = async () => {
      if (waitingBytes === 0 && index > 0) return;
      await this.cache.put(addressOf(path, index), new Response(new Blob(waiting)));
      index += 1;
      waiting = [];
      waitingBytes = 0;
    };
    return {
      get size() {
        return size;
      },
      write: async (bytes) => {
        waiting.push(bytes.slice());
        waitingBytes += bytes.length;
        size += bytes.length;
        if (waitingBytes >= this.pieceBytes) await put();
      },
      close: async () => {
        this.open.delete(path);
        await put();
      },
    };
  }

  async read(path: string): Promise<DiskFile | null> {
    const pieces = await this.pieces(path);
    return pieces.length === 0 ? null : fileOfBlob(new Blob(pieces));
  }

  async list(folder: string): Promise<string[]> {
    return childrenOf(await this.paths(), folder);
  }

  async remove(path: string): Promise<void> {
    for (const request of await this.cache.keys()) {
      if (isInside(pathOf(request.url), path)) await this.cache.delete(request.url);
    }
  }

  /** The pieces up to the first that is missing. */
  private async pieces(path: string): Promise<Blob[]> {
    const pieces: Blob[] = [];
    for (;;) {
      const response = await this.cache.match(addressOf(path, pieces.length));
      if (!response) return pieces;
      pieces.push(await response.blob());
    }
  }

  private async paths(): Promise<string[]> {
    return (await this.cache.keys()).map((request) => pathOf(request.url));
  }
}

function addressOf(path: string, index: number): string {
  return `${BASE}${path.split('/').map(encodeURIComponent).join('/')}?${String(index).padStart(DIGITS, '0')}`;
}

function pathOf(address: string): string {
  return new URL(address).pathname.slice(1).split('/').map(decodeURIComponent).join('/');
}
