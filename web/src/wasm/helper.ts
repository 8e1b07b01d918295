/** A helper thread: enters the engine's pool on the memory it is handed, and stays there. */
import { instantiateModule } from './wasm';

export interface HelperMessage {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** End of the piece of memory that is this thread's stack; it grows downwards. */
  stackTop: number;
  /** Where the engine has the kernel for relaxed SIMD, 0 if it has none: this instance must have it there, too. */
  byteKernel: number;
}

interface HelperScope {
  onmessage: ((event: MessageEvent<HelperMessage>) => void) | null;
}

// The worker's own global scope; the page's types do not know it.
const scope = globalThis as unknown as HelperScope;
scope.onmessage = async ({ data: { module, memory, stackTop, byteKernel } }) => {
  const instance = await instantiateModule(module, { memory, stackTop, byteKernel: byteKernel > 0 });
  // The engine goes on without a helper that cannot follow it.
  if (instance.byteKernel === byteKernel) (instance.exports.vt_threads_help as () => number)();
};
