import { untrack } from 'svelte';
import type { Answer, Arguments, CallName, Failure, Tensor } from '../protocol/protocol';
import { useRun } from './context';
import { failureOf, isDropped } from './engine.svelte';
import type { Slice } from './cache';

/** What a view has pulled: the last good answer stays until the next has come. */
export interface Pulled<T, W = unknown> {
  readonly current: T | undefined;
  /** What `current` is the answer to: after another wish it is the old one, until the new answer has come. */
  readonly answered: W | undefined;
  /** The run `current` belongs to. */
  readonly run: number;
  readonly failure: Failure | null;
}

type WithoutRun<A> = A extends { run: number } ? Omit<A, 'run'> : A;

/**
 * Keeps an answer of the engine up to date with the run and with what `wanted` reads. Null asks for nothing and lets go
 * of what was there; undefined asks for nothing yet and keeps it.
 * To be called while a component is set up.
 */
export function usePull<K extends CallName>(
  name: K,
  wanted: () => WithoutRun<Arguments<K>> | null | undefined,
): Pulled<Answer<K>, WithoutRun<Arguments<K>>> {
  const run = useRun();
  return keep(wanted, (args) => {
    const abort = new AbortController();
    const full = (typeof args === 'object' ? { ...args, run: run.run } : args) as Arguments<K>;
    return { answer: run.track(run.call(name, full, abort.signal)), drop: () => abort.abort() };
  });
}

/** One tensor of what the picture is of, shared and cached. Null and undefined as above. */
export function useTensor(
  wanted: () => ({ name: string } & Slice) | null | undefined,
): Pulled<Tensor, { name: string } & Slice> {
  const run = useRun();
  return keep(
    wanted,
    ({ name, ...slice }) => {
      const { tensor, promise, drop } = run.ask(name, slice);
      return { here: tensor, answer: promise, drop };
    },
    true,
  );
}

/** The same of changed minus unchanged, while the picture shows the difference: for shares, whose picture else stays the changed model's. */
export function useDifference(
  wanted: () => ({ name: string } & Slice) | null,
): Pulled<Tensor, { name: string } & Slice> {
  const run = useRun();
  const picture = $derived.by(() => (run.pictured()?.of === 'difference' ? run.pictured() : null));
  return keep(
    () => (picture ? wanted() : null),
    ({ name, ...slice }) => {
      const { tensor, promise, drop } = run.ask(name, slice, picture!);
      return { here: tensor, answer: promise, drop };
    },
    true,
  );
}

interface Asked<T> {
  /** If it need not be waited for. */
  here?: T;
  answer: Promise<T>;
  drop: () => void;
}

/** Before the first answer, and where nothing is asked for. */
const nothing = { current: undefined, answered: undefined, run: -1, failure: null };

function keep<W, T>(
  wanted: () => W | null | undefined,
  pull: (wanted: W) => Asked<T>,
  ofPicture = false,
): Pulled<T, W> {
  const run = useRun();
  // One state, not one for each: a picture pulls dozens, and each change of a state is told to all that read it.
  let held = $state.raw<Pulled<T, W>>(nothing);
  // Before anything is drawn: what is here already is drawn with the rest, and what is not is asked for meanwhile.
  $effect.pre(() => {
    const id = run.run;
    const request = id < 0 ? null : wanted();
    // Until the changed model has answered, the picture stays as it is.
    if (request === undefined || (ofPicture && run.pictured() === null && request !== null)) return;
    if (request === null) {
      held = nothing;
      return;
    }
    let dropped = false;
    // Counting the pull must not become a dependency of the effect that makes it.
    const asked = untrack(() => pull(request));
    const take = (current: T) => {
      if (!dropped) held = { current, answered: request, run: id, failure: null };
    };
    if (asked.here !== undefined) take(asked.here);
    else
      asked.answer.then(take, (error: unknown) => {
        const reason = failureOf(error);
        if (!dropped && !isDropped(reason)) held = { ...held, failure: reason };
      });
    return () => {
      dropped = true;
      asked.drop();
    };
  });
  return {
    get current() {
      return held.current;
    },
    get answered() {
      return held.answered;
    },
    get run() {
      return held.run;
    },
    get failure() {
      return held.failure;
    },
  };
}
