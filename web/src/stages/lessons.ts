/** The step of a lesson that explains a stage, as an address names it; null where none does. */
import type { Opening } from '../state/stages';

const lessons: Partial<Record<Opening, string>> = {
  tokens: 'tokens.1',
  embedding: 'vectors.1',
  ln1: 'block.3',
  qkv: 'attention.1',
  attention: 'attention.2',
  attn_out: 'heads.6',
  ln2: 'block.3',
  mlp: 'block.5',
  residual: 'block.1',
  ln_final: 'block.3',
  logits: 'sampling.1',
  sampling: 'sampling.5',
  why: 'why.1',
  lens: 'depth.1',
};

export const lessonOf = (stage: Opening): string | null => lessons[stage] ?? null;
