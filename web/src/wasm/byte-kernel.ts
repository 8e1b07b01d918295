/**
 * The kernel for products of many rows (engine/kernels/int8_band/int8_band.h), for browsers whose WebAssembly has relaxed SIMD. It is a
 * module of its own on the engine's memory, because one with instructions that a browser lacks is refused as a whole.
 */
import { kernels } from './byte-kernel.gen';

/** How a runtime takes the top bit of an activation's byte: from 0, signed, or not so that the kernel could count on it. */
export type Bytes = 'unsigned' | 'signed' | 'inexact';

/** Four equal products, from the largest bytes there are: -127 or 127 by 255, which signed is -1. */
export function bytesOf(probe: (weight: number, activation: number) => number): Bytes {
  const sums = [probe(127, 255), probe(-127, 255), probe(-127, 128)];
  const are = (byte: number, other: number) =>
    [127 * byte, -127 * byte, -127 * other].every((product, i) => sums[i] === 4 * product);
  if (are(255, 128)) return 'unsigned';
  return are(-1, -128) ? 'signed' : 'inexact';
}

const decode = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/**
 * Puts the kernel into the table of an instance that has just been made, and tells the engine of it unless `told`
 * already: each instance on a shared memory needs it, but one tells. Returns its place in the table, 0 for nowhere;
 * tables of instances of one module are alike.
 */
export function installByteKernel(
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
  told = false,
): number {
  const take = exports.vt_byte_kernel;
  const table = exports.__indirect_function_table;
  if (typeof take !== 'function' || !(table instanceof WebAssembly.Table)) return 0;
  const shared =
    typeof SharedArrayBuffer === 'function' && memory.buffer instanceof SharedArrayBuffer ? 'shared' : 'own';
  try {
    const module = new WebAssembly.Module(decode(kernels[shared]));
    const { band, probe } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    const bytes = bytesOf(probe as (weight: number, activation: number) => number);
    if (bytes === 'inexact') return 0;
    const place = table.grow(1);
    table.set(place, band);
    if (!told) take(place, bytes === 'unsigned' ? 128 : 0);
    return place;
  } catch {
    // A browser without relaxed SIMD refuses the module: the engine has a kernel of its own.
    return 0;
  }
}
