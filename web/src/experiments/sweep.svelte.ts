/** A sweep that fills in while one watches: started for each run by itself or by hand, and given up at any time. */
import { untrack } from 'svelte';
import type { SweepCell, SweepRequest } from '../protocol/experiments';
import type { Failure } from '../protocol/protocol';
import { failureOf, isDropped } from '../state/engine.svelte';
import type { Question } from './question.svelte';

export type Plan = Omit<SweepRequest, 'asked' | 'run'>;

/**
 * `plan` null sweeps nothing. One with `byItself` starts at once and again for each run; another waits for `start`. To be
 * called while a component is set up.
 */
export function useSweep(question: Question, plan: () => Plan | null, byItself: () => boolean) {
  const { engine, run } = question;
  let cells = $state.raw<SweepCell[]>([]);
  let running = $state(false);
  let failure = $state.raw<Failure | null>(null);
  let abort: AbortController | null = null;

  async function sweep(asked: Plan, number: number): Promise<void> {
    stop();
    const own = (abort = new AbortController());
    cells = [];
    failure = null;
    running = true;
    try {
      await engine.sweep(
        { ...asked, run: number },
        (found) => {
          if (abort === own) cells = [...cells, ...found];
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

  function stop(): void {
    abort?.abort();
    abort = null;
    running = false;
  }

  const key = $derived(JSON.stringify(plan()));
  $effect(() => {
    void key;
    const number = run.run;
    const asked = untrack(plan);
    if (!asked || number < 0) return;
    if (byItself()) untrack(() => void sweep(asked, number));
    else untrack(() => (cells = []));
    return () => untrack(stop);
  });

  return {
    get cells() {
      return cells;
    },
    get running() {
      return running;
    },
    get failure() {
      return failure;
    },
    start() {
      const asked = plan();
      if (asked && run.run >= 0) void sweep(asked, run.run);
    },
    stop,
  };
}
