/**
 * Starts the threaded build: one instance that the worker calls, and helpers, each another instance of the same module
 * on the same memory. The engine never waits for a helper, so nothing depends on when, or whether, they come.
 */
import type { HelperMessage } from './helper';
import { compile, instantiateModule, type WasmInstance, type WasmOptions } from './wasm';

/** What of a Worker is used to run a helper. */
export interface HelperWorker {
  postMessage(message: HelperMessage): void;
  terminate(): void;
}

export interface Threaded {
  instance: WasmInstance;
  helpers: HelperWorker[];
}

/** `makeWorker` makes a helper's thread; `byteKernel` is for all instances (WasmOptions). */
export interface ThreadedOptions extends Pick<WasmOptions, 'byteKernel'> {
  makeWorker?: () => HelperWorker;
}

const pageBytes = 65536;
/** At least what the module asks for at first; it grows with the model. */
const firstPages = 512;
/** Some devices refuse to set aside the addresses for the largest memory. */
const largestPages = [65536, 32768, 16384];
const stackBytes = 256 * 1024;

/** Rejects when the module cannot be had or no shared memory is granted. */
export async function startThreaded(
  url: string,
  threads: number,
  { makeWorker = createHelper, byteKernel }: ThreadedOptions = {},
): Promise<Threaded> {
  const module = await compile(url);
  const memory = sharedMemory();
  const instance = await instantiateModule(module, { memory, byteKernel });
  const alloc = instance.exports.vt_alloc as (bytes: number) => number;
  const helpers: HelperWorker[] = [];
  for (let helper = 1; helper < threads; helper++) {
    const stack = alloc(stackBytes);
    if (stack === 0) break;
    const worker = makeWorker();
    worker.postMessage({ module, memory, stackTop: stack + stackBytes, byteKernel: instance.byteKernel });
    helpers.push(worker);
  }
  return { instance, helpers };
}

function sharedMemory(): WebAssembly.Memory {
  let refusal: unknown;
  for (const maximum of largestPages) {
    try {
      return new WebAssembly.Memory({ initial: firstPages, maximum, shared: true });
    } catch (reason) {
      refusal = reason;
    }
  }
  throw new Error(
    `No shared memory of ${(largestPages.at(-1)! * pageBytes) / 2 ** 20} MiB was granted: ${refusal instanceof Error ? refusal.message : String(refusal)}`,
  );
}

function createHelper(): HelperWorker {
  return new Worker(new URL('./helper.ts', import.meta.url), { type: 'module', name: 'engine helper' });
}
