/** The loader of the WebAssembly module, on modules written by hand. */
import { expect, test } from 'vitest';
import { abiVersion } from '../../web/src/wasm/abi';
import { hasSimd, instantiate, WasmExit } from '../../web/src/wasm/wasm';
import { wasmBytes } from './engine';
import { memory, module, section, text, types } from './module';

test('an import it does not know is refused with its name', async () => {
  const strange = module(types, section(2, 1, ...text('env'), ...text('gl_draw'), 0, 0));
  await expect(instantiate(strange)).rejects.toThrow(
    /imports function env\.gl_draw, which this page does not provide/,
  );
});

test('a memory is taken from the caller, or refused when there is none', async () => {
  const wanting = module(section(2, 1, ...text('env'), ...text('memory'), 2, 0, 1));
  await expect(instantiate(wanting)).rejects.toThrow(/imports memory env\.memory/);
  const own = new WebAssembly.Memory({ initial: 1 });
  expect((await instantiate(wanting, { memory: own })).memory).toBe(own);
});

test('bytes that are no module are refused', async () => {
  await expect(instantiate(Uint8Array.of(1, 2, 3))).rejects.toThrow();
});

test('a module without memory is refused', async () => {
  await expect(instantiate(module())).rejects.toThrow(/exports no memory/);
});

test('_initialize runs once, and leaving the program becomes an error with its status', async () => {
  // (func (export "_initialize") i32.const 3 call $proc_exit)
  const leaving = module(
    types,
    section(2, 1, ...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 1),
    section(3, 1, 0),
    memory,
    section(7, 2, ...text('memory'), 2, 0, ...text('_initialize'), 0, 1),
    section(10, 1, 6, 0, 0x41, 3, 0x10, 0, 0x0b),
  );
  const reason = await instantiate(leaving).then(
    () => expect.fail('it went on'),
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(WasmExit);
  expect((reason as WasmExit).status).toBe(3);
});

test('the engine asks for nothing but what the loader has, and gives what the interface names', async () => {
  const { exports, memory: heap } = await instantiate(wasmBytes());
  expect(heap.buffer.byteLength).toBeGreaterThan(0);
  expect((exports.vt_abi_version as () => number)()).toBe(abiVersion);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasmBytes()));
  expect(imports.length).toBeLessThanOrEqual(8);
});

test('vectors are found here', () => {
  expect(hasSimd()).toBe(true);
});
