/** The race of the two ways to write, and the measurement over lengths: started by hand, given up at any time. */
import { untrack } from 'svelte';
import type { RaceRequest, RaceStep } from '../protocol/experiments';
import type { Failure } from '../protocol/protocol';
import { failureOf, isDropped } from '../state/engine.svelte';
import type { Question } from './question.svelte';

/** To be called while a component is set up. A newer run ends it and takes its steps away. */
export function useRace(question: Question, plan: () => Pick<RaceRequest, 'steps' | 'lengths'>) {
  const { engine, run } = question;
  let steps = $state.raw<RaceStep[]>([]);
  let running = $state(false);
  let failure = $state.raw<Failure | null>(null);
  let abort: AbortController | null = null;

  function stop(): void {
    abort?.abort();
    abort = null;
    running = false;
  }

  async function start(): Promise<void> {
    stop();
    if (run.run < 0) return;
    const own = (abort = new AbortController());
    steps = [];
    failure = null;
    running = true;
    try {
      await engine.race(
        { ...plan(), run: run.run },
        (found) => {
          if (abort === own) steps = [...steps, ...found];
        },
        own.signal,
      );
    } catch (error) {
      const reason = failureOf(error);
      if (abort === own && !isDropped(reason)) failure = reason;
    } finally {
      if (abort === own) running = false;
    }
  }

  $effect(() => {
    void run.run;
    untrack(() => (steps = []));
    return () => untrack(stop);
  });

  return {
    get steps() {
      return steps;
    },
    get running() {
      return running;
    },
    get failure() {
      return failure;
    },
    start: () => void start(),
    stop,
  };
}
