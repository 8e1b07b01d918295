/** A worker for one model: fetches, converts, keeps it, and ends. The engine the page uses is another one. */
import { Abi } from '../engine/abi';
import { instantiate } from '../engine/wasm';
import { acquire } from './acquire';
import { engineConverter } from './converter';
import { openDisk } from './disk';
import { ModelFailure } from './failure';
import { planHubModel } from './hub';
import type { FromKeeper, Job, ToKeeper } from './jobs';
import { browserLocks } from './locks';
import { prepareSite } from './site';
import { prepareFiles, prepareHub, type SourceTools } from './sources';

const cancel = new AbortController();
const tell = (message: FromKeeper) => postMessage(message);

onmessage = ({ data }: MessageEvent<ToKeeper>) => {
  if (data.type === 'cancel') cancel.abort();
  else void work(data.job, data.wasm);
};

async function work(job: Job, wasm: string): Promise<void> {
  try {
    const { signal } = cancel;
    tell({ type: 'progress', progress: { stage: 'asking', received: 0, total: null, rate: null, left: null } });
    const disk = await openDisk();
    let abi: Abi | undefined;
    const converter = async () => engineConverter((abi ??= new Abi(await instantiate(wasm))));
    const acquired = await acquire(await prepare(job, { disk, signal }), {
      disk, converter, signal,
      locks: browserLocks(),
      keep: job.keep && disk.kind !== 'memory',
      onProgress: (progress) => tell({ type: 'progress', progress }),
      onNotice: (failure) => tell({ type: 'notice', failure }),
    });
    tell({ type: 'done', acquired, heapBytes: abi?.heapBytes ?? 0 });
  } catch (error) {
    tell({ type: 'failed', failure: (cancel.signal.aborted ? new ModelFailure('cancelled') : ModelFailure.from(error)).plain() });
  }
}

async function prepare(job: Job, tools: SourceTools) {
  switch (job.kind) {
    case 'files':
      return prepareFiles(job.files, job.exact);
    case 'site':
      return prepareSite(job.base, job.exact, tools);
    case 'hub': {
      const { endpoint, repository, revision } = job;
      return prepareHub(await planHubModel({ endpoint, repository, revision, signal: tools.signal }), job.exact, tools);
    }
  }
}
