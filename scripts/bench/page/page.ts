/** What the benchmark calls in Chromium. The page's own thread only waits. */
import { measureKeystroke } from '../keystroke';
import { type EnginePlan, type EngineReport, type Shares, shares } from '../plan';
import type { FromMeasure } from './measure';

function inWorker(plan: EnginePlan): Promise<Omit<EngineReport, 'keystroke'>> {
  const worker = new Worker(new URL('./measure.ts', import.meta.url), { type: 'module' });
  return new Promise<Omit<EngineReport, 'keystroke'>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromMeasure>) =>
      data.report ? resolve(data.report) : reject(new Error(data.failure));
    worker.onerror = (event) => reject(new Error(event.message || 'the worker could not be started'));
    worker.postMessage(plan);
  }).finally(() => worker.terminate());
}

const bench = {
  async engine(plan: EnginePlan): Promise<EngineReport & { shares: Shares }> {
    const report = { ...(await inWorker(plan)), keystroke: await measureKeystroke(plan) };
    return { ...report, shares: shares(report) };
  },
};

export type Bench = typeof bench;

Object.assign(globalThis, { bench });
