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

/** The views that ask the model why, or break it: they open in the frame of the stages. */
export const experimentViews = ['why', 'lens', 'break', 'compare', 'cache'] as const;

export type ExperimentView = (typeof experimentViews)[number];

export function isExperimentView(name: unknown): name is ExperimentView {
  return experimentViews.includes(name as ExperimentView);
}

/** What can take the place of the picture. */
export type Opening = StageName | ExperimentView;

export const isOpening = (name: unknown): name is Opening => isStage(name) || isExperimentView(name);
