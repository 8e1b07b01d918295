import { untrack } from 'svelte';
import { useRun } from './context';
import { turns } from './turns';

/**
 * What puts work off to a turn of its own and returns what gives it up; until it is done what is on screen is not ready.
 * To be called while a component is set up.
 */
export function useInTurn(): (work: () => void | Promise<void>) => () => void {
  const run = useRun();
  return (work) => {
    let end = () => {};
    const done = new Promise<void>((resolve) => (end = resolve));
    const give = turns.take(() => void Promise.resolve(work()).then(end));
    untrack(() => void run.track(done));
    return () => {
      give();
      end();
    };
  };
}
