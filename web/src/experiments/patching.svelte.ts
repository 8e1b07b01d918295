/** A map of patches that fills in while one watches; begun anew for each question, and given up at any time. */
import { untrack } from 'svelte';
import type { PatchCell, PatchRequest } from '../protocol/experiments';
import type { Failure } from '../protocol/protocol';
import { failureOf, isDropped } from '../state/engine.svelte';
import type { Question } from './question.svelte';

type Plan = Omit<PatchRequest, 'asked' | 'run'>;

/** Maps of at most so many cells begin by themselves. */
const few = 128;

/** `plan` null asks for nothing; `size` is the number of its cells. To be called while a component is set up. */
export function usePatching(question: Question, plan: () => Plan | null, size: () => number) {
  const { engine, run } = question;
  let cells = $state.raw<PatchCell[]>([]);
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
    const asked = untrack(plan);
    if (!asked || run.run < 0) return;
    const own = (abort = new AbortController());
    cells = [];
    failure = null;
    running = true;
    try {
      await engine.patch(
        { ...asked, run: run.run },
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

  const key = $derived(JSON.stringify(plan()));
  $effect(() => {
    void key;
    void run.run;
    untrack(() => {
      cells = [];
      if (plan() && size() <= few) void start();
    });
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
    start: () => void start(),
    stop,
  };
}
