/** What experiments do with a session: run it to its end in pieces, and compare it with another. */
import { type Abi, EngineRefusal, type Handle } from '../wasm/abi';
import { noRival, sessionCompare, sessionFirstDifference } from '../wasm/readouts';
import type { Comparison, Interventions } from '../protocol/experiments';
import { patience } from './queue';

export function interventionsJson(interventions: Interventions | undefined): string {
  if (!interventions) return '';
  const patches = interventions.patches?.map(({ residual, values, ...patch }) => {
    const numbers = values ?? residual;
    return numbers ? { ...patch, values: Array.from(numbers) } : patch;
  });
  return JSON.stringify({ ...interventions, patches });
}

/** Runs to the end, letting others in every few milliseconds. Returns the time computed. */
export async function finish(abi: Abi, session: Handle, pause: () => Promise<void>): Promise<number> {
  let computed = 0;
  let since = performance.now();
  while (abi.sessionAdvance(session)) {
    const spent = performance.now() - since;
    if (spent < patience) continue;
    computed += spent;
    await pause();
    since = performance.now();
  }
  return computed + performance.now() - since;
}

/** Where two runs first differ; null where every tensor is the same. */
export function located(abi: Abi, base: Handle, changed: Handle): { name: string; row: number } | null {
  const differs = sessionFirstDifference(abi, base, changed);
  const tensor = differs && abi.tensorTable()[differs.tensor];
  if (!tensor) return null;
  const name = tensor.perLayer ? `blocks.${differs.layer}.${tensor.name}` : tensor.name;
  return { name, row: differs.row };
}

/** Undefined where the logits of one are not finite. */
export function comparisonOf(
  abi: Abi,
  base: Handle,
  changed: Handle,
  target: number | undefined,
  rival = noRival,
): Comparison | undefined {
  try {
    const numbers = (id: number) => [...sessionCompare(abi, base, changed, id, rival)];
    const [first = 0] = numbers(target ?? 0).slice(7);
    const wanted = target ?? first;
    const [
      deltaLogit = 0,
      deltaDifference = 0,
      p = 0,
      pAfter = 0,
      rank = 0,
      rankAfter = 0,
      klNats = 0,
      ,
      last = 0,
    ] = numbers(wanted);
    return {
      ...{ target: wanted, deltaLogit, deltaDifference, klNats },
      before: { p, rank, first },
      after: { p: pAfter, rank: rankAfter, first: last },
    };
  } catch (failure) {
    if (failure instanceof EngineRefusal && failure.reason.code === 'logits_broken') return undefined;
    throw failure;
  }
}
