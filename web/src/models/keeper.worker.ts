/** A worker for one model: fetches, converts, keeps it, and ends. The engine the page uses is another one. */
import { Abi } from '../wasm/abi';
import { createYield } from '../wasm/yield';
import { instantiate } from '../wasm/wasm';
import { sourceName } from './bundled';
import { acquire, convert, type Prepared } from './acquire';
import { Comparer } from './comparer';
import { engineConverter } from './converter';
import { ModelFailure } from './failure';
import { planHubModel } from './hub';
import type { FromKeeper, Job, ToKeeper } from './jobs';
import { browserLocks } from './locks';
import { prepareSite } from './site';
import {
  configOf,
  prepareFiles,
  prepareHub,
  prepareKept,
  prepareOriginal,
  type SourceTools,
} from './sources';
import { openDisk } from './storage';

type Order<K> = Extract<ToKeeper, { type: K }>;

const cancel = new AbortController();
const { signal } = cancel;
const tell = (message: FromKeeper) => postMessage(message);
const listener = {
  signal,
  onProgress: (progress: Extract<FromKeeper, { type: 'progress' }>['progress']) =>
    tell({ type: 'progress', progress }),
  onNotice: (failure: Extract<FromKeeper, { type: 'notice' }>['failure']) =>
    tell({ type: 'notice', failure }),
};

/** Lets messages in, and stops when one of them said so. */
const breathe = createYield();
const pause = async () => {
  await breathe();
  signal.throwIfAborted();
};
let comparer: Comparer | null = null;

onmessage = ({ data }: MessageEvent<ToKeeper>) => {
  if (data.type === 'cancel') cancel.abort();
  else if (data.type === 'rows') void answer(() => judged(data.begin, data.logits));
  else void answer(() => (data.type === 'acquire' ? acquired(data) : computed(data)));
};

async function answer(work: () => Promise<FromKeeper>): Promise<void> {
  try {
    tell(await work());
  } catch (error) {
    const failure = signal.aborted ? new ModelFailure('cancelled') : ModelFailure.from(error);
    tell({ type: 'failed', failure: failure.plain() });
  }
}

const asking = () =>
  listener.onProgress({ stage: 'asking', received: 0, total: null, rate: null, left: null });

async function acquired({ job, wasm }: Order<'acquire'>): Promise<FromKeeper> {
  asking();
  const disk = await openDisk();
  let abi: Abi | undefined;
  const converter = async () => engineConverter((abi ??= new Abi(await instantiate(wasm))));
  const keep = job.keep && disk.kind !== 'memory';
  const done = await acquire(await prepare(job, { disk, signal }), {
    disk,
    converter,
    keep,
    locks: browserLocks(),
    ...listener,
  });
  return { type: 'acquired', acquired: done, heapBytes: abi?.heapBytes ?? 0 };
}

async function computed({ job, wasm, ids }: Order<'compare'>): Promise<FromKeeper> {
  asking();
  const disk = await openDisk();
  const prepared = await prepare(job, { disk, signal });
  const abi = new Abi(await instantiate(wasm));
  const engine = engineConverter(abi);
  let model = 0;
  const converter = {
    ...engine,
    finish() {
      const made = engine.finish();
      model = made.model;
      return made;
    },
  };
  // What arrives is put aside until all of it is here, so that an interrupted download can be gone on with.
  const held = await browserLocks().attempt(
    prepared.id,
    prepared.discard ? 'exclusive' : 'shared',
    async () => {
      await convert(prepared, { converter: async () => converter, ...listener });
      await prepared.discard?.();
    },
  );
  if (!held) throw new ModelFailure('busy', { name: prepared.name, id: prepared.id });
  comparer = new Comparer(abi, model, job.exact);
  await comparer.run(ids, pause);
  return { type: 'computed' };
}

async function judged(begin: number, logits: Float32Array): Promise<FromKeeper> {
  return { type: 'compared', positions: await comparer!.judge(begin, logits, pause) };
}

async function prepare(job: Job, tools: SourceTools): Promise<Prepared> {
  switch (job.kind) {
    case 'files':
      return prepareFiles(job.files, job.exact, job.name);
    case 'site':
      return prepareSite(job.base, job.exact, tools);
    case 'kept':
      return prepareKept(tools.disk, job.id, job.exact);
    case 'original': {
      const config = await configOf(job.of, tools.disk);
      return prepareOriginal(job.files, job.wanted, { name: sourceName(job.of), config });
    }
    case 'hub': {
      const { endpoint, repository, revision } = job;
      return prepareHub(
        await planHubModel({ endpoint, repository, revision, signal: tools.signal }),
        job.exact,
        tools,
      );
    }
  }
}
