/**
 * What the parts of a pass add to a logit (direct logit attribution), as a list that can be sorted, summed and drawn. Parts,
 * constant and rounding add up to the difference of the two logits. Pure.
 */
import type { Why } from '../protocol/experiments';

export type PartKind = 'embed' | 'position' | 'head' | 'bias' | 'mlp';

export interface Part {
  kind: PartKind;
  /** Of heads, attention biases and MLPs. */
  layer: number;
  /** Of heads, else -1. */
  head: number;
  value: number;
  /** As the command line names it: embed, pos_embed, L5H2, 5_attn_bias, 5_mlp_out. */
  name: string;
}

const part = (kind: PartKind, name: string, value: number, layer = -1, head = -1): Part => ({
  ...{ kind, name, value, layer, head },
});

/** In the order in which the pass adds them. */
export function partsOf(why: Why): Part[] {
  return [
    part('embed', 'embed', why.embed),
    part('position', 'pos_embed', why.posEmbed),
    ...why.heads.flatMap((row, layer) => [
      ...row.map((value, head) => part('head', `L${layer}H${head}`, value, layer, head)),
      part('bias', `${layer}_attn_bias`, why.attentionBias[layer] ?? 0, layer),
      part('mlp', `${layer}_mlp_out`, why.mlp[layer] ?? 0, layer),
    ]),
  ];
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

export interface Ranked {
  /** The largest in size, largest first. */
  shown: Part[];
  /** All the others together, the final norm's constant among them. */
  rest: { count: number; value: number };
  /** Of the parts and the constant. */
  sum: number;
  /** Of their sizes. */
  size: number;
}

export function rankedParts(why: Why, limit: number): Ranked {
  const parts = partsOf(why);
  const order = [...parts].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const rest = order.slice(limit);
  return {
    shown: order.slice(0, limit),
    rest: { count: rest.length + 1, value: sumOf(rest.map(({ value }) => value)) + why.constant },
    sum: sumOf(parts.map(({ value }) => value)) + why.constant,
    size: sumOf(parts.map(({ value }) => Math.abs(value))) + Math.abs(why.constant),
  };
}

/** How far the engine's rounding may part the sum from the difference, of the sum of all sizes. */
export const roundingBounds = { f32: 1e-4, q8: 0.02 } as const;

/** Whether what the parts say and what the engine computed agree as closely as its arithmetic allows. */
export function addsUp(why: Why, dtype: 'f32' | 'q8'): boolean {
  return Math.abs(why.rounding) <= roundingBounds[dtype] * rankedParts(why, 0).size;
}

/** What each token's heads brought: of one head, of a layer's, or of all, [T]. */
export function broughtBy(
  { shape, data }: NonNullable<Why['sources']>,
  layer: number | null = null,
  head: number | null = null,
): number[] {
  const [layers = 0, heads = 0, tokens = 0] = shape;
  const brought = new Array<number>(tokens).fill(0);
  for (let l = 0; l < layers; l += 1) {
    if (layer !== null && l !== layer) continue;
    for (let h = 0; h < heads; h += 1) {
      if (head !== null && h !== head) continue;
      for (let t = 0; t < tokens; t += 1) brought[t]! += data[(l * heads + h) * tokens + t]!;
    }
  }
  return brought;
}

/** The change that switches a part off, or null where there is none. */
export function codeOf({ kind, layer, head }: Pick<Part, 'kind' | 'layer' | 'head'>): string | null {
  if (kind === 'head') return `h${layer}.${head}*0`;
  return kind === 'mlp' ? `m${layer}` : null;
}

/** Bars about a zero line that all share: where it lies and how long each is, as parts of the width. */
export function barsAbout(values: readonly number[]): {
  zero: number;
  bars: { left: number; width: number }[];
} {
  const high = Math.max(0, ...values);
  const low = Math.min(0, ...values);
  const span = high - low || 1;
  const zero = Math.abs(low) / span;
  const bars = values.map((value) => {
    const width = Math.abs(value) / span;
    return { left: value >= 0 ? zero : zero - width, width };
  });
  return { zero, bars };
}

/** Neurons by what they add, largest in size first; the bias is not one. */
export function rankedNeurons(data: ArrayLike<number>): { neuron: number; value: number }[] {
  return Array.from({ length: Math.max(0, data.length - 1) }, (_, neuron) => ({
    neuron,
    value: data[neuron]!,
  })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.neuron - b.neuron);
}
