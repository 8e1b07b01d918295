import { untrack } from 'svelte';
import { useRun } from './context';

/**
 * A part of the page whose program is fetched when it is first wanted; until it is here, what is on screen is not ready.
 * To be called while a component is set up.
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
    untrack(() => run.track(fetch())).then(
      (part) => (current = part.default),
      () => (failed = true),
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
