/** The stages of the pass that open to a view of their own, in the order data flows. */
export const stages = [
  'tokens',
  'embedding',
  'ln1',
  'qkv',
  'attention',
  'attn_out',
  'ln2',
  'mlp',
  'residual',
  'ln_final',
  'logits',
  'sampling',
] as const;

export type StageName = (typeof stages)[number];

/** The three norms open to one component. */
export type NormName = Extract<StageName, 'ln1' | 'ln2' | 'ln_final'>;

export function isStage(name: unknown): name is StageName {
  return stages.includes(name as StageName);
}
