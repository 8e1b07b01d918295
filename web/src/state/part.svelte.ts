import { untrack } from 'svelte';
import { arriving } from '../protocol/stall';
import { useRun } from './context';

/**
 * A part of the page whose program is fetched when it is first wanted; until it is here, what is on screen is not ready.
 * One that does not come in time has failed, and is taken when it comes all the same. To be called while a component is set up.
 */
export function usePart<T>(
  wanted: () => boolean,
  fetch: () => Promise<{ default: T }>,
): { readonly current: T | null; readonly failed: boolean } {
  const run = useRun();
  let current = $state.raw<T | null>(null);
  let failed = $state(false);
  $effect.pre(() => {
    if (!wanted() || untrack(() => current) !== null) return;
    const part = fetch();
    untrack(() => run.track(arriving(part))).catch(() => (failed = true));
    part.then(
      (come) => {
        current = come.default;
        failed = false;
      },
      () => undefined,
    );
  });
  return {
    get current() {
      return current;
    },
    get failed() {
      return failed;
    },
  };
}
