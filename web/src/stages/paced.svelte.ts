import { untrack } from 'svelte';
import { useRun } from '../state/context';
import { turns } from '../state/turns';

/**
 * Something that may take long to work out, from what `begin` reads; null of it is nothing. What is done by its first
 * pause is there at once; the rest comes in pieces between the frames. The last value stays until the next is there, and
 * until then what is on screen is not ready. To be called while a component is set up.
 */
export function usePaced<T>(begin: () => Generator<void, T> | null): { readonly current: T | undefined } {
  const run = useRun();
  let current = $state.raw<T>();
  $effect.pre(() => {
    const work = begin();
    if (!work) {
      current = undefined;
      return;
    }
    const first = untrack(() => work.next());
    if (first.done) {
      current = first.value;
      return;
    }
    const { value, end } = turns.through(work);
    void untrack(() => run.track(value)).then((found) => {
      if (found !== undefined) current = found;
    });
    return end;
  });
  return {
    get current() {
      return current;
    },
  };
}
