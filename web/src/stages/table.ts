/** One row a stage that opens: what draws it. Its order is state/stages.ts, its title `stages` of the stages' own words. */
import type { Component } from 'svelte';
import type { NormName, StageName } from '../state/stages';

type Program = Promise<{ default: Component }>;

type NormProgram = Promise<{ default: Component<{ which: NormName }> }>;

/** Each is fetched when it is first opened. */
type StageTable = { [N in StageName]: () => N extends NormName ? NormProgram : Program };

export const stageTable: StageTable = {
  tokens: () => import('./Tokens.svelte'),
  embedding: () => import('./Embedding.svelte'),
  ln1: () => import('./Norm.svelte'),
  qkv: () => import('./Qkv.svelte'),
  attention: () => import('./Attention.svelte'),
  attn_out: () => import('./AttentionOut.svelte'),
  ln2: () => import('./Norm.svelte'),
  mlp: () => import('./Mlp.svelte'),
  residual: () => import('./Residual.svelte'),
  ln_final: () => import('./Norm.svelte'),
  logits: () => import('./Logits.svelte'),
  sampling: () => import('./Sampling.svelte'),
};
