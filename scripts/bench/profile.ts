/** Where the time of a prompt goes, operation by operation, as vitrine-bench.wasm tells it. */
import { Abi, type Handle } from '../../web/src/engine/abi';
import { instantiate, type WasmInstance } from '../../web/src/engine/wasm';
import type { EnginePlan, OpTime, Profile } from './plan';

/** JSON in the engine's result slot: its address and its length come first there. */
function resultOf({ exports, memory }: WasmInstance): unknown {
  const slot = (exports.vt_result as () => number)();
  const [address = 0, bytes = 0] = new Uint32Array(memory.buffer, slot, 2);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, address, bytes)));
}

export async function profile(
  { profiler, byteKernel, quick }: EnginePlan,
  load: (abi: Abi) => Promise<Handle>,
  tokens: number,
): Promise<Profile> {
  const instance = await instantiate(profiler, { byteKernel });
  const model = await load(new Abi(instance));
  const run = instance.exports.vt_profile as (model: Handle, tokens: number, repeats: number) => number;
  let ops: OpTime[] = [];
  // Browsers compile twice, the second time for speed and in the background: only the last round counts.
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    if (run(model, tokens, quick ? 1 : 7) < 0) throw new Error(`vt_profile refused ${tokens} tokens`);
    ops = resultOf(instance) as OpTime[];
  }
  return { tokens, ops };
}
