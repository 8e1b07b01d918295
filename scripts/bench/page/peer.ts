/** The worker that runs onnxruntime-web. */
import type { PeerPlan, PeerReport } from '../plan';
import { measureOnnx } from './onnxruntime';

export interface FromPeer {
  report?: PeerReport;
  failure?: string;
}

interface Scope {
  onmessage: (event: MessageEvent<PeerPlan>) => void;
  postMessage(message: FromPeer): void;
}
const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data }) => {
  measureOnnx(data, data.file).then(
    (report) => scope.postMessage({ report }),
    (reason: unknown) =>
      scope.postMessage({ failure: reason instanceof Error ? reason.message : String(reason) }),
  );
};
