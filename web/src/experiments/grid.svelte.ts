/** The lens at every point of every position: asked for position by position, the last first, and given up at any time. */
import { untrack } from 'svelte';
import { failureOf, isDropped } from '../state/engine.svelte';
import type { LensPoint } from '../protocol/experiments';
import { fillOrder } from './ladder';
import type { Question } from './question.svelte';

/** A column of the grid: what the lens says of a position, and where the final guess stands at each point. */
export interface LensColumn {
  points: LensPoint[];
  /** Rank of the final guess at each point. */
  ranks: number[];
}

/** To be called while a component is set up. Filled while `on`, anew for each run. */
export function useLensGrid(about: () => Question, on: () => boolean) {
  let columns = $state.raw<(LensColumn | null)[]>([]);
  let done = $state(0);
  $effect(() => {
    const { run, about: of, count } = about();
    if (!on() || !of || count === 0) return;
    const abort = new AbortController();
    untrack(() => {
      columns = new Array<LensColumn | null>(count).fill(null);
      done = 0;
    });
    void (async () => {
      for (const position of fillOrder(count)) {
        const points = await run.call('lens', { ...of, position, top: 3 }, abort.signal);
        const last = points.at(-1)?.top[0]?.id;
        const ranked =
          last === undefined
            ? []
            : await run.call('lens', { ...of, position, top: 1, ids: [last] }, abort.signal);
        if (abort.signal.aborted) return;
        columns = columns.with(position, {
          points,
          ranks: ranked.map(({ targets }) => targets[0]?.rank ?? Infinity),
        });
        done += 1;
      }
    })().catch((error: unknown) => {
      // A newer run, or a worker that died and is told of elsewhere.
      if (!isDropped(failureOf(error))) done = 0;
    });
    return () => abort.abort();
  });
  return {
    get columns() {
      return columns;
    },
    get done() {
      return done;
    },
  };
}
