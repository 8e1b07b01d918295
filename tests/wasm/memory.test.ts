/** What a model takes of the engine's memory while it comes and when it is there: its file's size, once. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadAs } from '../../web/src/wasm/abi';
import {
  bundledFolder,
  loadBytes,
  newEngine,
  runTo,
  safetensors,
  seeded,
  tinyConfig,
  tinyTensors,
  type TinyShape,
} from './engine';

/** All the memory there is, with what the program has of its own: it grows by a fifth at a time, and never shrinks. */
const most = 1.3;

test.each([
  ['the bundled model', bundled],
  ['F32 of one large block', large],
])('%s comes into its place without a second copy of it', async (_, make) => {
  const { config, file } = make();
  const abi = await newEngine();
  const model = loadBytes(abi, config, file, loadAs.stored, 1 << 16);
  expect(abi.heapBytes).toBeLessThan(most * file.length);
  // A short run needs little beside it.
  const session = abi.sessionNew(model);
  runTo(abi, session, [1, 2, 3]);
  expect(abi.heapBytes).toBeLessThan(most * file.length);
});

function bundled() {
  const read = (name: string) => new Uint8Array(readFileSync(`${bundledFolder}${name}`));
  return { config: new TextDecoder().decode(read('config.json')), file: read('model.safetensors') };
}

function large() {
  const shape: TinyShape = { layers: 1, heads: 8, width: 1280, context: 64, vocabulary: 1000 };
  return { config: tinyConfig(shape), file: safetensors(tinyTensors(shape), seeded(1)) };
}
