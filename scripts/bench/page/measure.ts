/** The worker that calls the engine. */
import { measureEngine } from '../engine';
import type { EnginePlan, EngineReport } from '../plan';

export interface FromMeasure {
  report?: Omit<EngineReport, 'keystroke'>;
  failure?: string;
}

interface Scope {
  onmessage: (event: MessageEvent<EnginePlan>) => void;
  postMessage(message: FromMeasure): void;
}
const scope = globalThis as unknown as Scope;

const makeHelper = () =>
  new Worker(new URL('../../../web/src/wasm/helper.ts', import.meta.url), { type: 'module' });

scope.onmessage = ({ data }) => {
  measureEngine(data, makeHelper).then(
    (report) => scope.postMessage({ report }),
    (reason: unknown) =>
      scope.postMessage({ failure: reason instanceof Error ? reason.message : String(reason) }),
  );
};
