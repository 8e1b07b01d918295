/**
 * Downloads that are not finished. The bytes are kept as they came from the host, in `part/<id>/<index>`, beside a
 * journal of what they are, so that another visit replays them from here and asks the host only for the rest.
 */
import { type Disk, type DiskWriter, PIECE, readAll, writeAll } from './disk';
import { Download, type DownloadOptions } from './download';
import { isFailure, ModelFailure } from './failure';
import { streamHash } from './hash';
import type { RemoteFile } from './hub';
import type { Locks } from './locks';

export interface Journal {
  format: 1;
  id: string;
  name: string;
  /** Commit or hash of what is downloaded: parts of another version are of no use. */
  version: string;
  /** What was asked for, to ask again. */
  request: unknown;
  total: number;
  /** ETag of each file as first served. */
  etags: (string | null)[];
}

export interface PartialDownload {
  journal: Journal;
  received: number;
}

const folderOf = (id: string) => `part/${encodeURIComponent(id)}`;

/** A part that can no longer be written, for want of room: the download goes on without it. */
const isFull = (error: unknown) => error instanceof DOMException && error.name === 'QuotaExceededError';

export class Parts {
  private constructor(
    private readonly disk: Disk,
    readonly journal: Journal,
  ) {}

  /** Goes on with the parts of an earlier attempt at the same version, or begins anew. */
  static async open(disk: Disk, fresh: Journal): Promise<Parts> {
    const old = await readJournal(disk, fresh.id);
    if (old && old.version === fresh.version && old.etags.length === fresh.etags.length)
      return new Parts(disk, old);
    const parts = new Parts(disk, fresh);
    await parts.discard();
    return parts;
  }

  /** Forgets what came of this download. */
  async discard(): Promise<void> {
    this.journal.etags.fill(null);
    await this.disk.remove(folderOf(this.journal.id));
  }

  async discardFile(index: number): Promise<void> {
    this.journal.etags[index] = null;
    await this.disk.remove(this.pathOf(index));
  }

  /**
   * The bytes of a file: those kept here first, then the rest from the host. Throws `hash`, `length` or `changed`
   * after forgetting the part, when what came is not what was promised.
   */
  async *stream(
    index: number,
    file: RemoteFile,
    options: DownloadOptions,
    onReplay: (replaying: boolean) => void,
  ): AsyncGenerator<Uint8Array> {
    const hash = file.sha256 ? await streamHash() : null;
    const from = yield* this.replay(index, file, (bytes) => hash?.update(bytes), onReplay);
    const download = new Download({ ...options, from, etag: this.journal.etags[index] });
    let writer: DiskWriter | null = null;
    try {
      for await (const chunk of download.chunks()) {
        if (writer === null && download.offset - chunk.length === from)
          writer = await this.begin(index, from, download.etag);
        if (writer) writer = await this.append(writer, index, chunk);
        hash?.update(chunk);
        yield chunk;
      }
      if (hash && hash.digest() !== file.sha256) throw new ModelFailure('hash', { file: file.path });
    } catch (error) {
      if (isFailure(error, 'hash', 'length', 'changed')) {
        await writer?.close();
        writer = null;
        await this.discardFile(index);
      }
      throw error;
    } finally {
      await writer?.close();
    }
  }

  /** Returns how many bytes were here. */
  private async *replay(
    index: number,
    file: RemoteFile,
    see: (bytes: Uint8Array) => void,
    onReplay: (replaying: boolean) => void,
  ): AsyncGenerator<Uint8Array, number> {
    const kept = await this.disk.read(this.pathOf(index));
    if (!kept || kept.size === 0) return 0;
    if (file.size !== null && kept.size > file.size) {
      await this.discardFile(index);
      return 0;
    }
    onReplay(true);
    for await (const chunk of kept.chunks(PIECE)) {
      see(chunk);
      yield chunk;
    }
    onReplay(false);
    return kept.size;
  }

  private async begin(index: number, from: number, etag: string | null): Promise<DiskWriter | null> {
    try {
      this.journal.etags[index] = etag;
      await writeAll(
        this.disk,
        `${folderOf(this.journal.id)}/journal.json`,
        new TextEncoder().encode(JSON.stringify(this.journal)),
      );
      const writer = await this.disk.write(this.pathOf(index), from === 0 ? 'create' : 'append');
      if (writer.size === from) return writer;
      await writer.close();
      await this.discardFile(index);
      return null;
    } catch (error) {
      if (!isFull(error)) throw error;
      await this.discard();
      return null;
    }
  }

  private async append(writer: DiskWriter, index: number, chunk: Uint8Array): Promise<DiskWriter | null> {
    try {
      await writer.write(chunk);
      return writer;
    } catch (error) {
      if (!isFull(error)) throw error;
      await writer.close();
      await this.discardFile(index);
      return null;
    }
  }

  private pathOf(index: number): string {
    return `${folderOf(this.journal.id)}/${index}`;
  }
}

async function readJournal(disk: Disk, id: string): Promise<Journal | null> {
  const file = await disk.read(`${folderOf(id)}/journal.json`);
  if (!file) return null;
  try {
    const journal = JSON.parse(new TextDecoder().decode(await readAll(file))) as Journal;
    return journal.format === 1 && journal.id === id && Array.isArray(journal.etags) ? journal : null;
  } catch {
    return null;
  }
}

/** The downloads that can be gone on with; what has no readable journal is swept away unless a tab is at it. */
export async function listPartial(disk: Disk, locks: Locks): Promise<PartialDownload[]> {
  const found: PartialDownload[] = [];
  for (const name of await disk.list('part')) {
    const id = decodeURIComponent(name);
    const journal = await readJournal(disk, id);
    if (!journal) {
      await locks.attempt(id, 'exclusive', () => disk.remove(folderOf(id)));
      continue;
    }
    let received = 0;
    for (let index = 0; index < journal.etags.length; index++)
      received += (await disk.read(`${folderOf(id)}/${index}`))?.size ?? 0;
    found.push({ journal, received });
  }
  return found;
}

/** Throws `inUse` when another tab is downloading it. */
export async function removePartial(disk: Disk, locks: Locks, id: string): Promise<void> {
  const done = await locks.attempt(id, 'exclusive', () => disk.remove(folderOf(id)));
  if (!done) throw new ModelFailure('inUse', { name: id });
}
