/** The origin private file system as a Disk: https://fs.spec.whatwg.org */
import { type Disk, type DiskFile, type DiskWriter, fileOfBlob } from './disk';

const ROOT = 'vitrine';
/** Bytes after which an in-place writer asks for its data to be made safe. */
const FLUSH_EVERY = 16 << 20;

interface SyncAccessHandle {
  getSize(): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

type FileHandle = FileSystemFileHandle & { createSyncAccessHandle?: () => Promise<SyncAccessHandle> };
type Iterable = FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };

/** Null where the browser has none, or refuses it as private windows do. */
export async function openOpfs(storage = globalThis.navigator?.storage): Promise<OpfsDisk | null> {
  if (!storage?.getDirectory) return null;
  try {
    const root = await storage.getDirectory();
    const folder = await root.getDirectoryHandle(ROOT, { create: true });
    // Some private windows have the calls and refuse the files. Writing in place is for workers only, so a page that
    // cannot write may still read and remove.
    const probe = (await folder.getFileHandle('.probe', { create: true })) as FileHandle;
    const worker = typeof WorkerGlobalScope !== 'undefined';
    return worker && !probe.createSyncAccessHandle && !probe.createWritable ? null : new OpfsDisk(folder);
  } catch {
    return null;
  }
}

export class OpfsDisk implements Disk {
  readonly kind = 'opfs';

  constructor(private readonly root: FileSystemDirectoryHandle) {}

  async write(path: string, mode: 'create' | 'append'): Promise<DiskWriter> {
    const folder = await this.folderOf(path, true);
    const handle = (await folder!.getFileHandle(nameOf(path), { create: true })) as FileHandle;
    // In place where possible (workers): what was written is there even if the page closes the next moment.
    if (handle.createSyncAccessHandle) return inPlace(await handle.createSyncAccessHandle(), mode);
    return atomic(handle, mode);
  }

  async read(path: string): Promise<DiskFile | null> {
    const folder = await this.folderOf(path, false);
    if (!folder) return null;
    try {
      return fileOfBlob(await (await folder.getFileHandle(nameOf(path))).getFile());
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async list(path: string): Promise<string[]> {
    const folder = await this.walk(path.split('/'), false);
    const names: string[] = [];
    if (folder) for await (const name of (folder as Iterable).keys()) names.push(name);
    return names.sort();
  }

  async remove(path: string): Promise<void> {
    const folder = await this.folderOf(path, false);
    try {
      await folder?.removeEntry(nameOf(path), { recursive: true });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  private folderOf(path: string, create: boolean): Promise<FileSystemDirectoryHandle | null> {
    return this.walk(path.split('/').slice(0, -1), create);
  }

  private async walk(parts: string[], create: boolean): Promise<FileSystemDirectoryHandle | null> {
    let folder = this.root;
    try {
      for (const part of parts) folder = await folder.getDirectoryHandle(part, { create });
      return folder;
    } catch (error) {
      if (!create && isNotFound(error)) return null;
      throw error;
    }
  }
}

function inPlace(handle: SyncAccessHandle, mode: 'create' | 'append'): DiskWriter {
  if (mode === 'create') handle.truncate(0);
  let size = handle.getSize();
  let flushed = size;
  return {
    get size() {
      return size;
    },
    async write(bytes) {
      const written = handle.write(bytes, { at: size });
      if (written !== bytes.length) {
        handle.truncate(size);
        throw new DOMException('the file system took less than it was given', 'QuotaExceededError');
      }
      size += written;
      if (size - flushed >= FLUSH_EVERY) {
        handle.flush();
        flushed = size;
      }
    },
    async close() {
      handle.flush();
      handle.close();
    },
  };
}

/** Browsers without in-place access write to a copy that takes the file's place on close. */
async function atomic(handle: FileHandle, mode: 'create' | 'append'): Promise<DiskWriter> {
  let size = mode === 'append' ? (await handle.getFile()).size : 0;
  const stream = await handle.createWritable({ keepExistingData: mode === 'append' });
  await stream.seek(size);
  return {
    get size() {
      return size;
    },
    async write(bytes) {
      await stream.write(bytes as Uint8Array<ArrayBuffer>);
      size += bytes.length;
    },
    close: () => stream.close(),
  };
}

const nameOf = (path: string) => path.split('/').pop()!;
const isNotFound = (error: unknown) => error instanceof DOMException && error.name === 'NotFoundError';
