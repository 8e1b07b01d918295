import { expect, test } from 'vitest';
import { bytesOf, installByteKernel } from '../../../web/src/wasm/byte-kernel';

/** Four products, as a runtime that takes bytes by `read` and sums two of them within `most` adds them up. */
const runtime =
  (read: (byte: number) => number, most = Infinity) =>
  (weight: number, activation: number) =>
    2 * Math.max(-most - 1, Math.min(most, 2 * weight * read(activation)));
const signed = (byte: number) => (byte << 24) >> 24;

test('tells how a runtime takes an activation of eight bits', () => {
  expect(bytesOf(runtime((byte) => byte))).toBe('unsigned');
  expect(bytesOf(runtime(signed))).toBe('signed');
  // x86 without VNNI keeps two sums in int16 on the way; others may take seven bits, as they are free to.
  expect(bytesOf(runtime((byte) => byte, 32767))).toBe('inexact');
  expect(bytesOf(runtime((byte) => byte & 127))).toBe('inexact');
  expect(bytesOf(() => NaN)).toBe('inexact');
});

test('leaves an engine alone that has no place for it', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  expect(installByteKernel({}, memory)).toBe(0);
  const table = new WebAssembly.Table({ initial: 3, element: 'anyfunc' });
  expect(installByteKernel({ __indirect_function_table: table }, memory)).toBe(0);
  expect(table.length).toBe(3);
});

test('is in the table and announced, or nothing has changed', () => {
  const table = new WebAssembly.Table({ initial: 3, element: 'anyfunc' });
  const said: number[][] = [];
  const exports = {
    __indirect_function_table: table,
    vt_byte_kernel: (place: number, bias: number) => said.push([place, bias]),
  };
  const installed = installByteKernel(exports, new WebAssembly.Memory({ initial: 1 }));
  expect(table.length).toBe(installed ? 4 : 3);
  expect(said.map(([place]) => place)).toEqual(installed ? [3] : []);
  if (installed) expect([0, 128]).toContain(said[0]![1]);
});
