import type { ModelInfo } from '../protocol/protocol';

const numbers = new WeakMap<ModelInfo, number>();
let last = 0;

/** A name for a loaded model, another one for each load: two models may have the same id. */
export function modelKey(model: ModelInfo): string {
  let number = numbers.get(model);
  if (number === undefined) numbers.set(model, (number = last += 1));
  return `${number}`;
}
