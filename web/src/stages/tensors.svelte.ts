import { untrack } from 'svelte';
import type { Tensor } from '../engine/protocol';
import { useRun } from '../state/context';
import type { Slice } from '../state/run.svelte';

/**
 * Several tensors of the current run that belong together, such as one row of every layer: they change at once or not
 * at all. Null asks for nothing. To be called while a component is set up.
 */
export function useTensors(wanted: () => ({ name: string } & Slice)[] | null): {
  readonly current: Tensor[] | undefined;
} {
  const run = useRun();
  let current = $state.raw<Tensor[]>();
  $effect(() => {
    const list = run.run < 0 ? null : wanted();
    if (!list) {
      current = undefined;
      return;
    }
    const abort = new AbortController();
    const answers = untrack(() => list.map(({ name, ...slice }) => run.tensor(name, slice, abort.signal)));
    Promise.all(answers).then(
      (tensors) => {
        if (!abort.signal.aborted) current = tensors;
      },
      // Stale answers are followed by those of the newer run; failures are told by the run itself.
      () => {},
    );
    return () => abort.abort();
  });
  return {
    get current() {
      return current;
    },
  };
}
