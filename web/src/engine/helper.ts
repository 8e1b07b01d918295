/** A helper thread: enters the engine's crew on the memory it is handed, and stays there. */
import { instantiateModule } from './wasm';

export interface HelperMessage {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** End of the piece of memory that is this thread's stack; it grows downwards. */
  stackTop: number;
}

interface HelperScope {
  onmessage: ((event: MessageEvent<HelperMessage>) => void) | null;
}

// The worker's own global scope; the page's types do not know it.
const scope = globalThis as unknown as HelperScope;
scope.onmessage = async ({ data: { module, memory, stackTop } }) => {
  const { exports } = await instantiateModule(module, { memory, stackTop });
  (exports.vt_crew_help as () => number)();
};
