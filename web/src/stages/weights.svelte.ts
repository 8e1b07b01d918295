import { untrack } from 'svelte';
import type { Tensor } from '../protocol/protocol';
import { useRun } from '../state/context';
import { modelKey } from '../state/model-key';

/** Weights stay what they are while a model is in use: what was read once is kept, the oldest going first. */
const budget = 64 * 1024 * 1024;

const kept = new Map<string, Tensor>();
let held = 0;

function keep(key: string, tensor: Tensor): void {
  kept.set(key, tensor);
  held += tensor.data.byteLength;
  for (const [oldest, old] of kept) {
    if (held <= budget || oldest === key) break;
    kept.delete(oldest);
    held -= old.data.byteLength;
  }
}

export interface WeightSlice {
  /** Hugging Face name, such as `h.3.mlp.c_fc.weight`. */
  name: string;
  /** Outputs [begin, end): the answer is [outputs, inputs], or [outputs] of a bias. */
  rows: [number, number];
}

/**
 * Weights of the model on screen; the last answer stays until the next has come. Null asks for nothing. To be called
 * while a component is set up.
 */
export function useWeight(wanted: () => WeightSlice | null): { readonly current: Tensor | undefined } {
  const run = useRun();
  let current = $state.raw<Tensor>();
  $effect(() => {
    const { info } = run;
    const slice = wanted();
    if (!slice || !info) {
      current = undefined;
      return;
    }
    const key = `${modelKey(info)} ${slice.name} ${slice.rows.join('-')}`;
    const known = kept.get(key);
    if (known) {
      current = known;
      return;
    }
    let dropped = false;
    const abort = new AbortController();
    untrack(() => run.track(run.call('weight', slice, abort.signal))).then(
      (tensor) => {
        keep(key, tensor);
        if (!dropped) current = tensor;
      },
      // A model without this weight leaves its panel empty; crashes and stale calls are told elsewhere.
      () => {
        if (!dropped) current = undefined;
      },
    );
    return () => {
      dropped = true;
      abort.abort();
    };
  });
  return {
    get current() {
      return current;
    },
  };
}
