/** Where the time of prompts goes, operation by operation, as bench/vitrine.wasm tells it. */
import { Abi, type Handle } from '../../web/src/wasm/abi';
import { instantiate, type WasmInstance } from '../../web/src/wasm/wasm';
import type { EnginePlan, OpTime, Profile } from './plan';

/** JSON in the engine's result slot: its address and its length come first there. */
function resultOf({ exports, memory }: WasmInstance): unknown {
  const slot = (exports.vt_result as () => number)();
  const [address = 0, bytes = 0] = new Uint32Array(memory.buffer, slot, 2);
  return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, address, bytes)));
}

/** Longer prompts are timed once: each takes seconds, and all that is compiled is, by then. */
const shortPrompt = 128;

export async function profiles(
  { profiler, byteKernel, quick }: EnginePlan,
  load: (abi: Abi) => Promise<Handle>,
  lengths: number[],
): Promise<Profile[]> {
  const instance = await instantiate(profiler, { byteKernel });
  const model = await load(new Abi(instance));
  const run = instance.exports.vt_profile as (model: Handle, tokens: number, repeats: number) => number;
  return lengths.map((tokens) => {
    let ops: OpTime[] = [];
    const short = !quick && tokens <= shortPrompt;
    // Browsers compile twice, the second time for speed and in the background: only the last round counts.
    for (let round = 0; round < (short ? 3 : 1); round++) {
      if (run(model, tokens, short ? 7 : 1) < 0) throw new Error(`vt_profile refused ${tokens} tokens`);
      ops = resultOf(instance) as OpTime[];
    }
    return { tokens, ops };
  });
}
