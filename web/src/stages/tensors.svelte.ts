import { untrack } from 'svelte';
import type { Tensor } from '../protocol/protocol';
import { useRun } from '../state/context';
import type { Slice } from '../state/cache';

/**
 * Several tensors of what the picture is of that belong together, such as one row of every layer: they change at once or not
 * at all. Null asks for nothing. To be called while a component is set up.
 */
export function useTensors(wanted: () => ({ name: string } & Slice)[] | null): {
  readonly current: Tensor[] | undefined;
} {
  const run = useRun();
  let current = $state.raw<Tensor[]>();
  $effect.pre(() => {
    const list = run.run < 0 ? null : wanted();
    if (!list) {
      current = undefined;
      return;
    }
    // Until the changed model has answered, the picture stays as it is.
    if (run.pictured() === null) return;
    let dropped = false;
    const asked = untrack(() => list.map(({ name, ...slice }) => run.ask(name, slice)));
    const here = asked.flatMap(({ tensor }) => tensor ?? []);
    if (here.length === asked.length) current = here;
    else
      Promise.all(asked.map(({ promise }) => promise)).then(
        (tensors) => {
          if (!dropped) current = tensors;
        },
        // Stale answers are followed by those of the newer run; failures are told by the run itself.
        () => {},
      );
    return () => {
      dropped = true;
      asked.forEach(({ drop }) => drop());
    };
  });
  return {
    get current() {
      return current;
    },
  };
}
