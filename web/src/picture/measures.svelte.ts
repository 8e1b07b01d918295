import { untrack } from 'svelte';
import { measureHeads, measuredQueries, type HeadMeasures } from '../layout/heads';
import { useRun, useView } from '../state/context';

/**
 * Measures of all heads of the run on screen, [layer][head], for sorting them; null while they are in their own order. A layer's patterns
 * are let go of as soon as they are measured.
 */
export function useMeasures(): {
  readonly current: HeadMeasures[][] | null;
  /** Layers measured so far, while they are. */
  readonly done: number | null;
} {
  const run = useRun();
  const view = useView();
  const wanted = $derived(view.order !== 'layer');
  let current = $state.raw<HeadMeasures[][] | null>(null);
  let done = $state<number | null>(null);

  async function measure(signal: AbortSignal): Promise<void> {
    const { info } = run;
    const tokens = run.tokens.length;
    const rows: [number, number] = [Math.max(0, tokens - measuredQueries), tokens];
    const measures: HeadMeasures[][] = [];
    done = 0;
    for (let layer = 0; layer < (info?.layers ?? 0); layer += 1) {
      const name = `blocks.${layer}.attn.hook_pattern`;
      const { data, shape } = await run.pull(name, { rows }, signal);
      const [heads = 0, count = 0, keys = 0] = shape;
      measures.push(measureHeads(data, { heads, rows: count, keys, first: rows[0] }));
      if (!signal.aborted) done = measures.length;
    }
    if (signal.aborted) return;
    current = measures;
    done = null;
  }

  $effect(() => {
    if (run.run < 0 || !wanted || run.pictured() === null) {
      current = done = null;
      return;
    }
    const abort = new AbortController();
    // A newer run asks for its own.
    untrack(() => measure(abort.signal)).catch(() => {});
    return () => abort.abort();
  });
  return {
    get current() {
      return current;
    },
    get done() {
      return done;
    },
  };
}
