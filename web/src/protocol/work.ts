/** How much a pass multiplies: what the page says of it and what the worker counts is one formula. */
import type { ModelInfo } from './protocol';

/**
 * Multiply-adds of `more` tokens after `before`: products with weights, queries by keys and weights by values, one row of logits.
 * LayerNorm, softmax and GELU are not counted.
 */
export function work(
  { layers, width, inner, vocabulary }: Pick<ModelInfo, 'layers' | 'width' | 'inner' | 'vocabulary'>,
  before: number,
  more: number,
): number {
  const seen = more * before + (more * (more + 1)) / 2;
  return layers * (more * (4 * width * width + 2 * width * inner) + 2 * width * seen) + vocabulary * width;
}
