/**
 * Loads vitrine.wasm: a plain WebAssembly module without generated glue. It runs in a worker, in a page and in
 * Node alike. The imports are provided by reflection, so that what a newer compiler asks for under another name is
 * either known below or refused with its name instead of failing somewhere inside.
 */

import { installByteKernel } from './byte-kernel';
import { type Reason, reason } from '../protocol/reasons';
import { stallLimit, stallWatch } from '../protocol/stall';

/** An address may say after `#` what the file must be, as the option `integrity` of fetch does. */
export type WasmSource = string | URL | BufferSource | WebAssembly.Module;

export interface WasmOptions {
  /** Where the engine's own messages go, line by line. It prints nothing in normal use. */
  print?: (line: string) => void;
  /** For builds that import their memory. */
  memory?: WebAssembly.Memory;
  /** Whether to look for the faster kernel; true unless told. All instances on one memory are told the same. */
  byteKernel?: boolean;
  /** For a helper thread on a memory that another instance has set up: the end of its own stack. */
  stackTop?: number;
}

export interface WasmInstance {
  exports: WebAssembly.Exports;
  /** Its buffer is replaced whenever it grows: take a view, use it, drop it. */
  memory: WebAssembly.Memory;
  /** Where the kernel for relaxed SIMD lies, through which products of many rows go; 0 without it. */
  byteKernel: number;
}

/** The module ended itself: it called exit or abort. */
export class WasmExit extends Error {
  constructor(readonly status: number) {
    super(`the engine ended itself with status ${status}`);
    this.name = 'WasmExit';
  }
}

const wasiBadDescriptor = 8;
const wasiSuccess = 0;

/** What a C++ program without files may ask of its host; every other file operation answers "bad descriptor". */
function hostFunctions(
  memory: () => WebAssembly.Memory,
  print: (line: string) => void,
): Record<string, Record<string, Function>> {
  const decoder = new TextDecoder();
  let line = '';
  const words = (address: number, ...values: number[]): number => {
    const view = new DataView(memory().buffer);
    values.forEach((value, index) => view.setUint32(address + 4 * index, value, true));
    return wasiSuccess;
  };
  const write = (descriptor: number, vectors: number, count: number, written: number): number => {
    if (descriptor !== 1 && descriptor !== 2) return wasiBadDescriptor;
    const view = new DataView(memory().buffer);
    let total = 0;
    for (let index = 0; index < count; index++) {
      const address = view.getUint32(vectors + 8 * index, true);
      const length = view.getUint32(vectors + 8 * index + 4, true);
      // A copy: decoders refuse views of shared memory.
      line += decoder.decode(new Uint8Array(memory().buffer, address, length).slice(), { stream: true });
      total += length;
    }
    const lines = line.split('\n');
    line = lines.pop() ?? '';
    lines.forEach(print);
    return words(written, total);
  };
  const exit = (status: number): never => {
    if (line) print(line);
    line = '';
    throw new WasmExit(status);
  };
  const badDescriptor = (): number => wasiBadDescriptor;
  return {
    wasi_snapshot_preview1: {
      fd_write: write,
      fd_read: badDescriptor,
      fd_seek: badDescriptor,
      fd_close: badDescriptor,
      fd_fdstat_get: badDescriptor,
      proc_exit: exit,
      environ_sizes_get: (count: number, bytes: number) => (words(count, 0), words(bytes, 0)),
      environ_get: () => wasiSuccess,
      args_sizes_get: (count: number, bytes: number) => (words(count, 0), words(bytes, 0)),
      args_get: () => wasiSuccess,
      clock_time_get: (_clock: number, _precision: bigint, address: number) => {
        const nanoseconds = BigInt(Math.round(performance.now() * 1e6));
        new DataView(memory().buffer).setBigUint64(address, nanoseconds, true);
        return wasiSuccess;
      },
    },
    env: {
      emscripten_notify_memory_growth: () => undefined,
      _abort_js: () => exit(134),
      abort: () => exit(134),
    },
  };
}

/** The engine's file did not come. */
export class EngineUnreachable extends Error {
  override name = 'EngineUnreachable';
  constructor(
    message: string,
    readonly reason: Reason,
  ) {
    super(message);
  }
}

export async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(source);
  const [where = '', fragment = ''] = String(source).split('#');
  const integrity = decodeURIComponent(fragment);
  try {
    return await compileFrom(where, { integrity });
  } catch (failure) {
    // A host that answers with an error or not at all is told at once; what came wrong is asked for past every cache.
    if (failure instanceof EngineUnreachable && failure.reason.code !== 'engine_fetch') throw failure;
  }
  try {
    return await compileFrom(where, { integrity, cache: 'reload' });
  } catch (failure) {
    // Bytes that are right and cannot be compiled are the browser's affair.
    if (!(failure instanceof EngineUnreachable) && integrity) throw failure;
    const status = failure instanceof EngineUnreachable ? await statusOf(where) : 200;
    if (status === null) throw failure;
    if (status >= 400) throw refused(where, status);
    throw new EngineUnreachable(
      `${where} is not the engine that belongs to this page: it arrived damaged, or the site has been updated. Load the page again.`,
      reason('engine_damaged', { where }),
    );
  }
}

const refused = (where: string, status: number) =>
  new EngineUnreachable(
    `The engine could not be fetched: ${where} answered ${status}. Was the site built with its engine?`,
    reason('engine_status', { where, status }),
  );

async function compileFrom(where: string, init: RequestInit): Promise<WebAssembly.Module> {
  const watch = stallWatch();
  watch.wait();
  const response = await fetch(where, { ...init, signal: watch.signal })
    .catch((cause: unknown) => {
      throw watch.stalled
        ? new EngineUnreachable(
            `${where} has sent nothing for ${stallLimit / 1000} s. Check the connection and try again.`,
            reason('fetch_stalled', { where, seconds: stallLimit / 1000 }),
          )
        : new EngineUnreachable(
            `The engine could not be fetched from ${where}: ${cause instanceof Error ? cause.message : cause}. Check the connection and reload.`,
            reason('engine_fetch', { where }),
          );
    })
    .finally(watch.rest);
  if (!response.ok) throw refused(where, response.status);
  // Compiling while streaming needs the right media type, which not every static host sends.
  if (response.headers.get('content-type')?.startsWith('application/wasm'))
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** What the host answers, or null: fetch refuses a file of other content in the same words as none. */
async function statusOf(where: string): Promise<number | null> {
  const watch = stallWatch();
  watch.wait();
  return fetch(where, { method: 'HEAD', signal: watch.signal })
    .then(({ status }) => status)
    .catch(() => null)
    .finally(watch.rest);
}

/** Rejects when the bytes cannot be had, are no module, or need something this loader does not provide. */
export async function instantiate(source: WasmSource, options: WasmOptions = {}): Promise<WasmInstance> {
  return instantiateModule(await compile(source), options);
}

/** The same for a compiled module. */
export async function instantiateModule(
  module: WebAssembly.Module,
  options: WasmOptions = {},
): Promise<WasmInstance> {
  let memory = options.memory;
  const hosts = hostFunctions(() => memory!, options.print ?? ((text) => console.warn(`engine: ${text}`)));
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const value = kind === 'memory' ? options.memory : hosts[from]?.[name];
    if (value === undefined) {
      throw new Error(
        `The engine imports ${kind} ${from}.${name}, which this page does not provide: build page and engine from the same sources.`,
      );
    }
    (imports[from] ??= {})[name] = value;
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  if (exports.memory instanceof WebAssembly.Memory) memory = exports.memory;
  if (!memory) throw new Error("The engine exports no memory: build it with the project's own options.");
  if (options.stackTop !== undefined)
    (exports.__stack_pointer as WebAssembly.Global).value = options.stackTop;
  else if (typeof exports._initialize === 'function') exports._initialize();
  const helper = options.stackTop !== undefined;
  const byteKernel = options.byteKernel === false ? 0 : installByteKernel(exports, memory, helper);
  return { exports, memory, byteKernel };
}

/** Whether this browser's WebAssembly has the 128-bit vectors the engine is built for. */
export function hasSimd(): boolean {
  // Some protections take WebAssembly away altogether.
  if (typeof WebAssembly !== 'object') return false;
  // (module (func (result v128) i32.const 0 i8x16.splat)), checked without running it.
  return WebAssembly.validate(
    new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
    ]),
  );
}
