/** From a changed prompt to its distribution, by the page's own client and worker. */
import { createEngine, type WorkerLike } from '../../web/src/client/client';
import type { EnginePlan } from './plan';
import { repeat, type Timing, timing } from './statistics';

const sampling = { temperature: 1, topK: 40, topP: 0.95 };

/** Twenty tokens with GPT-2's vocabulary; what is typed comes after. */
const typed = 'The keeper of the lighthouse climbed the stairs each night and lit the lamp, because the sea';
const letters = [' w', ' wa', ' was', ' b', ' bl', ' bla', ' c', ' co', ' col', ' d', ' de', ' dee'];

/** `worker` undefined: the client makes its own, as in the page. */
export async function measureKeystroke(plan: EnginePlan, worker?: () => WorkerLike): Promise<Timing> {
  const engine = createEngine({
    wasm: plan.wasm,
    threads: String(plan.threads),
    ...(worker ? { worker } : {}),
  });
  try {
    const info = await engine.call('load', { kind: 'site', id: 'bench', base: plan.model });
    const answer = async (index: number) => {
      const change = info.hasTokenizer
        ? { prompt: typed + letters[index % letters.length] }
        : { prompt: '', ids: [...Array.from({ length: 19 }, (_, token) => token), index] };
      const { run } = await engine.call('run', change);
      const { candidates } = await engine.call('distribution', { run, ...sampling, ranks: [0, 20] });
      if (candidates.length === 0) throw new Error('the distribution is empty');
    };
    for (let index = 0; index < 5; index++) await answer(index);
    return timing(
      await repeat(
        plan.quick ? { least: 4, most: 6, milliseconds: 200 } : { least: 12, most: 60, milliseconds: 1500 },
        answer,
      ),
    );
  } finally {
    engine.dispose();
  }
}
