/** The non-linearity of the MLP, as the curve that is drawn: GPT-2's GELU, and those of its kin. */
import type { Activation } from '../../protocol/protocol';

const root = Math.sqrt(2 / Math.PI);

/** GELU by its tanh approximation, as GPT-2 has it (`gelu_new`). */
export function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(root * (x + 0.044715 * x * x * x)));
}

/** GELU by the error function (`gelu`). */
export function geluErf(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

/** Error function: its Taylor series near 0, the continued fraction of erfc outside. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = size;
    let total = size;
    for (let n = 1; n < 60; ++n) {
      term *= (-size * size) / n;
      total += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * total) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n >= 1; --n) fraction = n / 2 / (size + fraction);
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + fraction)));
}

const gated = (slope: number) => (x: number) => x / (1 + Math.exp(-slope * x));

/** Each activation's usual name and its curve. */
export const activations: Record<Activation, { name: string; of: (x: number) => number }> = {
  gelu_new: { name: 'GELU', of: geluTanh },
  gelu: { name: 'GELU', of: geluErf },
  relu: { name: 'ReLU', of: (x) => Math.max(x, 0) },
  silu: { name: 'SiLU', of: gated(1) },
  tanh: { name: 'tanh', of: Math.tanh },
  quick_gelu: { name: 'quick GELU', of: gated(1.702) },
};
