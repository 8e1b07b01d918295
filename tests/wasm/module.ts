/** WebAssembly modules written byte by byte, for what the engine itself never does. */
import { abiVersion } from '../../web/src/wasm/abi';

export const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];
export const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
const magic = [0, 97, 115, 109, 1, 0, 0, 0];

/** Types: 0 is () -> (), 1 is (i32) -> (), 2 is () -> i32. */
export const types = section(1, 3, 0x60, 0, 0, 0x60, 1, 0x7f, 0, 0x60, 0, 1, 0x7f);
export const memory = section(5, 1, 0, 1);
export const module = (...parts: number[][]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...magic, ...parts.flat()]);

/** An engine that has the right version and traps when it is asked for its table of tensors. */
export const trapping = module(
  types,
  section(3, 2, 2, 2),
  memory,
  section(7, 3, ...text('memory'), 2, 0, ...text('vt_abi_version'), 0, 0, ...text('vt_tensor_table'), 0, 1),
  // (i32.const version) and (unreachable)
  section(10, 2, 4, 0, 0x41, abiVersion, 0x0b, 3, 0, 0x00, 0x0b),
);
