import { untrack } from 'svelte';
import type { Distribution, Sampling } from '../protocol/protocol';
import { useExperiment, useRun, useView } from './context';
import { withPicture } from './with-picture';

/** Candidates that are listed, at least. */
export const listedTokens = 24;

/** Candidates about the cut that are shown where the list ends before it: the last kept and two that are not. */
export const aroundCut = 3;

/**
 * What comes next under the sliders, for the last position: at least `listed` candidates. It comes with each run; only
 * moved sliders and longer lists ask for it by themselves. `current` is the newest answer's, `shown` that of the picture on
 * screen; both are the changed model's once it has answered for the newest run. To be called while a component is set up.
 */
export function useNext(listed: () => number): {
  readonly current: Distribution | undefined;
  readonly shown: Distribution | undefined;
} {
  const run = useRun();
  const view = useView();
  const experiment = useExperiment();

  function known(sampling: Sampling, count: number): boolean {
    const { next } = run;
    if (!next || next.run < run.run || !same(next.sampling, sampling)) return false;
    const { candidates, vocabulary } = next.distribution;
    return candidates.length >= Math.min(count, vocabulary);
  }

  $effect.pre(() => {
    const { run: id } = run;
    const { sampling } = view;
    const count = listed();
    run.listed = count;
    if (id < 0 || untrack(() => known(sampling, count))) return;
    const abort = new AbortController();
    const ranks: [number, number] = [0, count];
    untrack(() =>
      run.track(run.call('distribution', { ...sampling, run: id, ranks, around: aroundCut }, abort.signal)),
    ).then(
      (distribution) => {
        if (!abort.signal.aborted) run.listNext({ run: id, sampling, distribution });
      },
      // A newer run brings its own; what else fails has its say with the run.
      () => {},
    );
    return () => abort.abort();
  });
  /** Of the changed model, where it has answered and is not held back. */
  const changed = $derived.by(() => {
    const { changed, held } = experiment;
    return changed.status === 'ready' && !held && changed.run === run.newest ? changed.next : null;
  });
  const shown = $derived.by(
    withPicture(
      () => run.run,
      () => run.next,
    ),
  );
  return {
    get current() {
      return changed?.distribution ?? run.next?.distribution;
    },
    get shown() {
      return changed?.distribution ?? shown?.distribution;
    },
  };
}

function same(a: Sampling, b: Sampling): boolean {
  return a.temperature === b.temperature && a.topK === b.topK && a.topP === b.topP;
}
