/**
 * The models kept in this browser. A model is a folder whose manifest is written last and removed first: a folder
 * without one is no model, whatever else it holds, and is swept away.
 *
 *   kept/<id>/manifest.json      what it is, and the SHA-256 of every block of every file
 *   kept/<id>/model.safetensors  the engine's own file, config.json, tokenizer files
 *   part/<id>/...                downloads that are not finished (parts.ts)
 */
import type { Shape } from './architecture';
import { type Disk, type DiskWriter, readAll, writeAll } from './disk';
import { ModelFailure } from './failure';
import { sha256, streamHash } from './hash';
import type { Locks } from './locks';

export const BLOCK = 8 << 20;

export interface KeptFile {
  name: string;
  bytes: number;
  sha256: string;
  /** SHA-256 of every BLOCK bytes, so that reading checks as it goes and nothing wrong is used. */
  blocks: string[];
}

/** A file of weights as it was before conversion: what a file that is opened again is held against. */
export interface OriginalFile {
  name: string;
  /** Null when its host does not tell. */
  bytes: number | null;
  sha256: string | null;
}

export interface HubAddress {
  endpoint: string;
  repository: string;
  revision: string;
  commit: string;
}

export type Origin = (
  | ({ kind: 'hub' } & HubAddress)
  /** `hub`: where the host had it from. */
  | { kind: 'site'; base: string; sha256: string; hub: HubAddress | null }
  | { kind: 'files' }
) & {
  /** What it was made of, in the order in which it was read. */
  weights: OriginalFile[];
};

/** What tells two versions of one model apart; empty where the id does. */
export function versionOf(origin: Origin): string {
  if (origin.kind === 'hub') return origin.commit;
  return origin.kind === 'site' ? origin.sha256 : '';
}

export interface Manifest {
  format: 2;
  id: string;
  name: string;
  dtype: 'q8' | 'f32';
  shape: Shape;
  origin: Origin;
  files: KeptFile[];
  /** ISO date. */
  kept: string;
}

export interface KeptModel extends Manifest {
  bytes: number;
}

export const folderOf = (id: string) => `kept/${encodeURIComponent(id)}`;

/** Writes one file of a model, hashing it on the way. */
export class KeptWriter {
  private block = new Uint8Array(BLOCK);
  private filled = 0;
  private hashes: Promise<string>[] = [];

  private constructor(
    private readonly name: string,
    private readonly writer: DiskWriter,
    private readonly whole: Awaited<ReturnType<typeof streamHash>>,
  ) {}

  static async create(disk: Disk, id: string, name: string): Promise<KeptWriter> {
    return new KeptWriter(name, await disk.write(`${folderOf(id)}/${name}`, 'create'), await streamHash());
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.whole.update(bytes);
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BLOCK - this.filled);
      this.block.set(part, this.filled);
      this.filled += part.length;
      at += part.length;
      if (this.filled === BLOCK) await this.endBlock();
    }
    await this.writer.write(bytes);
  }

  async close(): Promise<KeptFile> {
    if (this.filled > 0) await this.endBlock();
    await this.writer.close();
    return {
      name: this.name,
      bytes: this.writer.size,
      sha256: this.whole.digest(),
      blocks: await Promise.all(this.hashes),
    };
  }

  async abandon(): Promise<void> {
    await this.writer.close().catch(() => undefined);
  }

  private async endBlock(): Promise<void> {
    // Digesting takes a copy at once, so the block may be filled again.
    this.hashes.push(sha256(this.block.slice(0, this.filled)));
    this.filled = 0;
    await this.hashes[this.hashes.length - 1];
  }
}

/** Makes the written files a model. */
export async function commit(disk: Disk, manifest: Manifest): Promise<void> {
  await writeAll(
    disk,
    `${folderOf(manifest.id)}/manifest.json`,
    new TextEncoder().encode(JSON.stringify(manifest)),
  );
}

/** The manifest of a kept model, or null: not kept, or its files are no longer as long as they were. */
export async function findKept(disk: Disk, id: string): Promise<KeptModel | null> {
  const file = await disk.read(`${folderOf(id)}/manifest.json`);
  const manifest = file && parseManifest(new TextDecoder().decode(await readAll(file)), id);
  if (!manifest) return null;
  for (const part of manifest.files) {
    if ((await disk.read(`${folderOf(id)}/${part.name}`))?.size !== part.bytes) return null;
  }
  return { ...manifest, bytes: manifest.files.reduce((sum, part) => sum + part.bytes, 0) };
}

/** What another version, or a disk, left behind can be any JSON. */
const isPart = (part: unknown) =>
  typeof part === 'object' &&
  part !== null &&
  typeof (part as { name?: unknown }).name === 'string' &&
  Number.isSafeInteger((part as { bytes?: unknown }).bytes);

function parseManifest(text: string, id: string): Manifest | null {
  try {
    const manifest = JSON.parse(text) as Manifest;
    const whole = Array.isArray(manifest.files) && manifest.files.every(isPart);
    const known = manifest.format === 2 && manifest.id === id && typeof manifest.name === 'string';
    return known && whole ? manifest : null;
  } catch {
    return null;
  }
}

export async function listKept(disk: Disk): Promise<KeptModel[]> {
  const models = await Promise.all(
    (await disk.list('kept')).map((name) => findKept(disk, decodeURIComponent(name))),
  );
  return models.filter((model) => model !== null).sort((a, b) => a.name.localeCompare(b.name));
}

/** Throws `inUse` when another tab reads or writes it. */
export async function removeKept(disk: Disk, locks: Locks, id: string): Promise<void> {
  const done = await locks.attempt(id, 'exclusive', async () => {
    await disk.remove(`${folderOf(id)}/manifest.json`);
    await disk.remove(folderOf(id));
  });
  if (!done) throw new ModelFailure('inUse', { name: id });
}

/** Removes what no manifest vouches for: the rest of a page that was closed while it saved. Returns their ids. */
export async function sweep(disk: Disk, locks: Locks): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await disk.list('kept')) {
    const id = decodeURIComponent(name);
    await locks.attempt(id, 'exclusive', async () => {
      if (await findKept(disk, id)) return;
      await disk.remove(folderOf(id));
      swept.push(id);
    });
  }
  return swept;
}

/** A file of a kept model, each block checked before it is handed on. Throws `gone` or `damaged`. */
export async function* readKept(
  disk: Disk,
  model: Manifest,
  name: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const entry = model.files.find((part) => part.name === name);
  const file = entry && (await disk.read(`${folderOf(model.id)}/${name}`));
  if (!entry || !file || file.size !== entry.bytes) throw new ModelFailure('gone', { name: model.name });
  let block = 0;
  // While one block is hashed and used the next one is read.
  const blocks = file.chunks(BLOCK);
  let next = blocks.next();
  for (;;) {
    const { done, value } = await next;
    if (done) return;
    next = blocks.next();
    next.catch(() => undefined);
    if ((await sha256(value)) !== entry.blocks[block])
      throw new ModelFailure('damaged', { name: model.name });
    block += 1;
    yield value;
  }
}
