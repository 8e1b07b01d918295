/** Sweeps, races and patches give back what they took: the engine's memory stays where it is, however many there are. */
import { expect, test } from 'vitest';
import { loadAs } from '../../web/src/wasm/abi';
import type { ModelInfo } from '../../web/src/protocol/protocol';
import type { LoadedModel } from '../../web/src/worker/loading';
import { patch } from '../../web/src/worker/patching';
import { race } from '../../web/src/worker/race';
import { sweep } from '../../web/src/worker/sweeps';
import { Vocabulary } from '../../web/src/worker/vocabulary';
import { loadBytes, newEngine, runTo, tinyConfig, tinyFile } from './engine';

const pause = () => Promise.resolve();
const silent = () => undefined;

test('200 sweeps, and as many races and patches, leave memory flat', async () => {
  const abi = await newEngine();
  const model = loadBytes(abi, tinyConfig(), tinyFile(), loadAs.stored);
  const info = { ...abi.modelInfo(model), id: 'tiny', name: 'Tiny' } as unknown as ModelInfo;
  const session = abi.sessionNew(model);
  const loaded: LoadedModel = { info, model, session, tokenizer: 0, vocabulary: new Vocabulary() };
  const ids = [3, 4, 0, 3, 1, 4];
  runTo(abi, session, ids);
  const plan = { asked: 1, run: 1, target: 1, rival: 2 };
  async function round() {
    for (const over of ['heads', 'blocks', 'looks', 'words', 'depth'] as const)
      await sweep(abi, loaded, ids, { ...plan, over, at: 'last' }, pause, silent);
    await sweep(abi, loaded, ids, { ...plan, over: 'heads', at: 'all', by: 'mean' }, pause, silent);
    await race(abi, loaded, ids, { asked: 1, run: 1, steps: 3 }, pause, silent);
    const places = { site: 'attn_out', direction: 'denoise' } as const;
    await patch(abi, loaded, ids, { ...plan, ...places, ids: ids.with(2, 5) }, pause, silent);
  }
  for (let warm = 0; warm < 5; warm += 1) await round();
  const before = abi.heapBytes;
  for (let i = 0; i < 200; i += 1) await round();
  expect(abi.heapBytes).toBe(before);
});

test('a sweep that is given up half-way gives back its session', async () => {
  const abi = await newEngine();
  const model = loadBytes(abi, tinyConfig(), tinyFile(), loadAs.stored);
  const info = { ...abi.modelInfo(model), id: 'tiny', name: 'Tiny' } as unknown as ModelInfo;
  const session = abi.sessionNew(model);
  const loaded: LoadedModel = { info, model, session, tokenizer: 0, vocabulary: new Vocabulary() };
  const ids = [3, 4, 0, 3, 1, 4];
  runTo(abi, session, ids);
  const request = { asked: 1, run: 1, target: 1, over: 'words', at: 'last' } as const;
  const giveUp = () => Promise.reject(new Error('given up'));
  const attempt = () =>
    expect(sweep(abi, { ...loaded }, ids, request, giveUp, silent)).rejects.toThrow('given up');
  for (let warm = 0; warm < 5; warm += 1) await attempt();
  const before = abi.heapBytes;
  for (let i = 0; i < 200; i += 1) await attempt();
  expect(abi.heapBytes).toBe(before);
});
