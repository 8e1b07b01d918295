import type { Tensor } from '../protocol/protocol';
import { robustDomain } from '../charts/colour';
import { useRun, useView } from '../state/context';
import { useTensor } from '../state/pull.svelte';
import { unmasked } from './paint';

/**
 * The numbers of the matrix for the visible rows, [rows, T]. Before the mask means that future scores are there too; they come
 * from the engine's q and k. The limit is that of the scores' colours, either side of 0.
 */
export function useMatrix(
  window: () => [number, number],
  matrix: () => Tensor | undefined,
  q: () => Tensor | undefined,
): { readonly current: Float32Array | undefined; readonly limit: number } {
  const run = useRun();
  const view = useView();
  const keys = useTensor(() => {
    if (view.matrix !== 'scores' || run.tokens.length === 0) return null;
    return { name: `blocks.${view.layer}.attn.hook_k`, head: view.head };
  });
  const current = $derived.by(() => {
    const kept = matrix();
    if (!kept || view.matrix !== 'scores') return kept?.data;
    const [queries, every] = [q(), keys.current];
    const [begin, end] = window();
    const total = kept.shape[kept.shape.length - 1] ?? 0;
    if (!queries || !every || every.shape[0] !== total || queries.shape[0] !== end - begin) return kept.data;
    return unmasked(kept.data, queries.data, every.data, total, every.shape[every.shape.length - 1] ?? 1);
  });
  const limit = $derived(current && view.matrix !== 'pattern' ? robustDomain(current) : 1);
  return {
    get current() {
      return current;
    },
    get limit() {
      return limit;
    },
  };
}
