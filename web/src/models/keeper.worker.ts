/** A worker for one model: fetches, converts, keeps it, and ends. The engine the page uses is another one. */
import { Abi } from '../engine/abi';
import { probe } from '../engine/probe';
import { instantiate } from '../engine/wasm';
import { acquire, convert, type Prepared } from './acquire';
import { engineConverter } from './converter';
import { MemoryDisk, openDisk } from './disk';
import { ModelFailure } from './failure';
import { planHubModel } from './hub';
import type { FromKeeper, Job, ToKeeper } from './jobs';
import { browserLocks } from './locks';
import { prepareBundled, prepareSite } from './site';
import { prepareFiles, prepareHub, type SourceTools } from './sources';

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

onmessage = ({ data }: MessageEvent<ToKeeper>) => {
  if (data.type === 'cancel') cancel.abort();
  else void work(data);
};

async function work(order: Exclude<ToKeeper, { type: 'cancel' }>): Promise<void> {
  try {
    listener.onProgress({ stage: 'asking', received: 0, total: null, rate: null, left: null });
    tell(
      order.type === 'acquire'
        ? await acquired(order.job, order.wasm)
        : await answered(order.job, order.wasm, order.ids),
    );
  } catch (error) {
    tell({
      type: 'failed',
      failure: (signal.aborted ? new ModelFailure('cancelled') : ModelFailure.from(error)).plain(),
    });
  }
}

async function acquired(job: Job, wasm: string): Promise<FromKeeper> {
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

async function answered(job: Job, wasm: string, ids: number[]): Promise<FromKeeper> {
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
  await convert(await prepare({ ...job, exact: true } as Job, { disk: new MemoryDisk(0), signal }), {
    converter: async () => converter,
    ...listener,
  });
  const { logits } = await probe(abi, model, ids, [], async () => signal.throwIfAborted());
  return { type: 'answered', logits };
}

async function prepare(job: Job, tools: SourceTools): Promise<Prepared> {
  switch (job.kind) {
    case 'files':
      return prepareFiles(job.files, job.exact, job.name);
    case 'site':
      return prepareSite(job.base, job.exact, tools);
    case 'bundled':
      return prepareBundled(job.base, job.exact, tools);
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
