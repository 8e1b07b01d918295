/** The models within reach: beside the page, kept in this browser, on their way. */
import { createContext } from 'svelte';
import type { ModelSource } from '../protocol/protocol';
import type { Acquired } from '../models/acquire';
import type { Disk } from '../models/disk';
import type { PlainFailure } from '../protocol/model-failure';
import { ModelFailure } from '../models/failure';
import { HUB, PRESETS } from '../models/presets';
import type { Job } from '../models/jobs';
import { startAcquiring } from '../models/keeper';
import { browserLocks } from '../models/locks';
import type { Opened } from '../models/opened';
import { listPartial, type PartialDownload, removePartial } from '../models/parts';
import type { Progress } from '../models/progress';
import { listSiteModels, type SiteModel } from '../models/site';
import { openDisk } from '../models/storage';
import { findKept, type KeptModel, listKept, type Origin, removeKept, sweep } from '../models/store';

declare const __ENGINE_WASM__: string;

export type Fetching =
  | { kind: 'running'; title: string; progress: Progress; heard: number; notice: PlainFailure | null }
  | { kind: 'failed'; title: string; failure: PlainFailure; job: Job }
  | { kind: 'done'; title: string; notes: PlainFailure[] };

export interface Room {
  usage: number;
  quota: number;
  persistent: boolean;
}

/** What the dialog is open for. */
export type Question =
  | { kind: 'hub'; repository: string; revision: string; preset: boolean }
  /** `exact`: in 32-bit floats, the one form of it that is not there yet. */
  | { kind: 'site'; model: SiteModel; exact?: boolean }
  | { kind: 'files'; chosen: Opened | null }
  | { kind: 'repository'; repository: string; revision: string }
  | { kind: 'manage' };

/** Milliseconds for which it is said that a model is ready. */
const NEWS = 8000;

const asking: Progress = { stage: 'asking', received: 0, total: null, rate: null, left: null };

export class Library {
  site = $state.raw<SiteModel[]>([]);
  /** The list of what lies beside the page did not come. */
  siteFailed = $state(false);
  kept = $state.raw<KeptModel[]>([]);
  partial = $state.raw<PartialDownload[]>([]);
  room = $state.raw<Room | null>(null);
  /** Null until it is known; `memory` keeps nothing. */
  storage = $state.raw<Disk['kind'] | null>(null);
  fetching = $state.raw<Fetching | null>(null);
  question = $state.raw<Question | null>(null);

  /** Address of the hub, without a slash at its end. */
  readonly endpoint: string;
  /** Files the reader opened, by the id of what became of them: comparing wants them again. */
  readonly opened = new Map<string, Opened>();
  /** Where the models came from that are not kept, by id. */
  readonly #origins = new Map<string, Origin>();
  readonly wasm = new URL(__ENGINE_WASM__, document.baseURI).href;
  readonly models = new URL('models/', document.baseURI).href;

  #disk: Promise<Disk> | null = null;
  #locks = browserLocks();
  /** The order that the page tells of. */
  #mine: unknown = null;
  /** The same until all of its model is here. */
  #fetched: { cancel(): void } | null = null;
  #stop: AbortController | null = null;

  /**
   * `use` puts a model on screen unless `signal` gives that up; false when it is not there, and what was wrong with it
   * is told by `use` itself. `hub` is another hub's address, of a mirror or for tests.
   */
  constructor(
    private readonly use: (source: ModelSource, signal?: AbortSignal) => Promise<boolean>,
    hub: string | null = null,
  ) {
    this.endpoint = addressOf(hub) ?? HUB;
  }

  /** Looks at what there is. */
  async begin(): Promise<void> {
    const listed = this.list();
    const disk = await this.#open();
    await sweep(disk, this.#locks).catch(() => undefined);
    await this.refresh();
    await listed;
  }

  /** Asks what lies beside the page; may be asked again where the answer did not come. */
  async list(): Promise<void> {
    this.siteFailed = false;
    const site = await listSiteModels(this.models);
    this.siteFailed = site === null;
    this.site = site ?? [];
    const proposed = this.#proposed;
    const model = this.site.find(({ id }) => id === proposed?.id);
    if (model && !this.question) this.question = { kind: 'site', model, exact: proposed!.exact };
  }

  async refresh(): Promise<void> {
    const disk = await this.#open();
    [this.kept, this.partial] = await Promise.all([listKept(disk), listPartial(disk, this.#locks)]);
    this.room = await roomOf();
  }

  /** The source of a kept model, or null. */
  async find(id: string): Promise<ModelSource | null> {
    const model = await findKept(await this.#open(), id).catch(() => null);
    return model && { kind: 'kept', id: model.id, name: model.name };
  }

  /** Where a model in use came from; null when that is not known, as of the bundled one. */
  originOf(id: string): Origin | null {
    return this.kept.find((model) => model.id === id)?.origin ?? this.#origins.get(id) ?? null;
  }

  /** Asks about a model that a link named and that is not here. Ids of opened files mean nothing elsewhere. */
  propose(id: string): void {
    const plain = id.replace(/:f32$/, '');
    const [name, revision] = plain.split('@');
    const preset = PRESETS.some(({ repository }) => repository === name) && !revision;
    if (/^[\w.-]+\/[\w.-]+$/.test(name))
      this.question = {
        kind: preset ? 'hub' : 'repository',
        repository: name,
        revision: revision ?? '',
        preset,
      };
    else this.#proposed = { id: name, exact: plain !== id };
  }
  #proposed: { id: string; exact: boolean } | null = null;

  /** Fetches, converts and keeps a model; the one on screen stays until it is ready. Another one under way is cancelled. */
  async fetch(job: Job, title: string): Promise<void> {
    this.#fetched?.cancel();
    if (job.keep) void navigator.storage?.persist?.().catch(() => false);
    this.fetching = { kind: 'running', title, progress: asking, heard: Date.now(), notice: null };
    const mine = startAcquiring(job, this.wasm, {
      onProgress: (progress) => this.#update(mine, { progress, heard: Date.now() }),
      onNotice: (notice) => this.#update(mine, { notice }),
    });
    this.#mine = this.#fetched = mine;
    const { signal } = (this.#stop = new AbortController());
    signal.addEventListener('abort', () => this.#fetched?.cancel());
    try {
      const acquired = await mine.done;
      if (this.#mine !== mine) return;
      this.#fetched = null;
      this.#update(mine, { progress: { ...asking, stage: 'loading' }, heard: Date.now() });
      this.#origins.set(acquired.id, acquired.origin);
      if (job.kind === 'files')
        this.opened.set(acquired.id, { name: job.name ?? acquired.name, files: job.files });
      await this.refresh();
      const { notKept, notes } = acquired;
      const used = !signal.aborted && (await this.use(sourceOf(acquired), signal));
      if (signal.aborted && !used)
        throw new ModelFailure('cancelled', { left: acquired.files ? 'nothing' : 'whole' });
      this.#finish(mine, used, title, notKept ? [...notes, notKept] : notes);
    } catch (error) {
      if (this.#mine !== mine) return;
      this.#fetched = null;
      const failure = ModelFailure.from(error).plain();
      // Of files that are here nothing is put aside to go on with.
      if (failure.code === 'cancelled' && job.kind === 'files')
        failure.values = { left: 'nothing', ...failure.values };
      this.fetching = { kind: 'failed', title, failure, job };
      await this.refresh();
      if (failure.code === 'busy') await this.#takeOver(mine, String(failure.values.id), title);
    }
  }

  /** Uses what another tab fetched, once it is done. */
  async #takeOver(mine: unknown, id: string, title: string): Promise<void> {
    await this.#locks.free(id);
    await this.refresh();
    const source = await this.find(id);
    if (this.#mine !== mine || !source) return;
    this.#finish(mine, await this.use(source), title, []);
  }

  #update(mine: unknown, news: { progress?: Progress; heard?: number; notice?: PlainFailure }): void {
    if (this.#mine === mine && this.fetching?.kind === 'running')
      this.fetching = { ...this.fetching, ...news };
  }

  /** Good news goes by itself; what the engine refused was told by it. */
  #finish(mine: unknown, used: boolean, title: string, notes: PlainFailure[]): void {
    // While it was made ready another one was asked for, which is told of now.
    if (this.#mine !== mine) return;
    const news: Fetching | null = used ? { kind: 'done', title, notes } : null;
    this.fetching = news;
    if (notes.length === 0) setTimeout(() => this.fetching === news && (this.fetching = null), NEWS);
  }

  /** Stops what is being fetched; of what has been, that it is put on screen. */
  cancel(): void {
    this.#stop?.abort();
  }

  async remove(id: string): Promise<void> {
    await removeKept(await this.#open(), this.#locks, id);
    await this.refresh();
  }

  async removePartial(id: string): Promise<void> {
    await removePartial(await this.#open(), this.#locks, id);
    await this.refresh();
  }

  /** Asks that the browser never clears the models away by itself. */
  async persist(): Promise<void> {
    await navigator.storage?.persist?.().catch(() => false);
    this.room = await roomOf();
  }

  #open(): Promise<Disk> {
    this.#disk ??= openDisk().then((disk) => {
      this.storage = disk.kind;
      return disk;
    });
    return this.#disk;
  }
}

export const [useLibrary, provideLibrary] = createContext<Library>();

function sourceOf({ id, name, files, dtype }: Acquired): ModelSource {
  return files ? { kind: 'files', id, name, files, exact: dtype === 'f32' } : { kind: 'kept', id, name };
}

function addressOf(text: string | null): string | null {
  try {
    const url = new URL(text ?? '');
    return /^https?:$/.test(url.protocol) ? url.href.replace(/\/+$/, '') : null;
  } catch {
    return null;
  }
}

async function roomOf(): Promise<Room | null> {
  try {
    const [{ usage = 0, quota = 0 }, persistent] = await Promise.all([
      navigator.storage.estimate(),
      navigator.storage.persisted(),
    ]);
    return { usage, quota, persistent };
  } catch {
    return null;
  }
}
