import type { Scored } from '../protocol/protocol';
import { useRun } from '../state/context';
import { modelKey } from '../state/model-key';

export interface Push {
  up: Scored[];
  down: Scored[];
}

/** Words a direction pushes up and down depend on the model alone; some hundreds are kept. */
const limit = 512;
const kept = new Map<string, Push>();

/**
 * For each wanted direction [C] the words whose logits it raises and lowers most, through the unembedding without the
 * final norm. One at a time, so that the engine stays free for what is typed. To be called while a component is set up.
 */
export function usePushes(wanted: () => { key: string; vector: () => Float32Array }[], count = 5) {
  const run = useRun();
  let found = $state.raw(new Map<string, Push>());
  $effect(() => {
    const model = run.info ? modelKey(run.info) : '';
    const list = wanted().map(({ key, vector }) => ({ key, kept: `${model} ${key} ${count}`, vector }));
    found = new Map(list.flatMap(({ key, kept: name }) => (kept.has(name) ? [[key, kept.get(name)!]] : [])));
    const abort = new AbortController();
    const missing = list.filter((item) => !kept.has(item.kept));
    void (async () => {
      for (const { key, kept: name, vector } of missing) {
        const push = await run.call('unembed', { vector: vector(), finalNorm: false, count }, abort.signal);
        if (abort.signal.aborted) return;
        kept.set(name, push);
        if (kept.size > limit) kept.delete(kept.keys().next().value!);
        found = new Map(found).set(key, push);
      }
    })().catch(() => {
      // Dropped by a newer wish, or the worker died, which is told elsewhere: the words simply do not come.
    });
    return () => abort.abort();
  });
  return {
    of: (key: string): Push | undefined => found.get(key),
  };
}
