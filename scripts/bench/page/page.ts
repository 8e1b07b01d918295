/** What the benchmark calls in Chromium. The page's own thread only waits. */
import { measureKeystroke } from '../keystroke';
import {
  type EnginePlan,
  type EngineReport,
  type PeerPlan,
  type PeerReport,
  type Shares,
  shares,
} from '../plan';
import { measureWllama } from './wllama';

/** The answer of a worker that takes a plan and reports once. */
function answer<Report>(worker: Worker, plan: EnginePlan | PeerPlan): Promise<Report> {
  return new Promise<Report>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ report?: Report; failure?: string }>) =>
      data.report ? resolve(data.report) : reject(new Error(data.failure));
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be started'));
    worker.postMessage(plan);
  }).finally(() => worker.terminate());
}

const bench = {
  async engine(plan: EnginePlan): Promise<EngineReport & { shares: Shares }> {
    const worker = new Worker(new URL('./measure.ts', import.meta.url), { type: 'module' });
    const report = {
      ...(await answer<Omit<EngineReport, 'keystroke'>>(worker, plan)),
      keystroke: await measureKeystroke(plan),
    };
    return { ...report, shares: shares(report) };
  },
  async peer(plan: PeerPlan): Promise<PeerReport> {
    if (plan.peer === 'wllama') return measureWllama(plan, plan.file); // it has a worker of its own
    return answer(new Worker(new URL('./peer.ts', import.meta.url), { type: 'module' }), plan);
  },
};

export type Bench = typeof bench;

Object.assign(globalThis, { bench });
