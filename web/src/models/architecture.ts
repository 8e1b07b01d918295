/** Whether a config.json describes a GPT-2, and its numbers. Judged before any weight is downloaded. */
import { group } from '../protocol/engine-constants.gen';
import { ModelFailure } from './failure';

export interface Shape {
  layers: number;
  heads: number;
  width: number;
  inner: number;
  context: number;
  vocabulary: number;
}

/** What other families do that GPT-2's pass does not: keys of the sentences `models.reason.<reason>`. */
export type Reason =
  | 'rotary'
  | 'alibi'
  | 'encoder'
  | 'encoderDecoder'
  | 'localAttention'
  | 'sharedKeys'
  | 'recurrent'
  | 'postNorm'
  | 'crossAttention'
  | 'vision'
  | 'unknown';

const REASONS: Record<string, Reason> = {
  llama: 'rotary',
  mistral: 'rotary',
  mixtral: 'rotary',
  gemma: 'rotary',
  gemma2: 'rotary',
  gemma3: 'rotary',
  gemma3_text: 'rotary',
  qwen2: 'rotary',
  qwen3: 'rotary',
  qwen2_moe: 'rotary',
  qwen3_moe: 'rotary',
  phi: 'rotary',
  phi3: 'rotary',
  gpt_neox: 'rotary',
  gptj: 'rotary',
  stablelm: 'rotary',
  olmo: 'rotary',
  olmo2: 'rotary',
  cohere: 'rotary',
  falcon: 'rotary',
  deepseek_v2: 'rotary',
  deepseek_v3: 'rotary',
  starcoder2: 'rotary',
  codegen: 'rotary',
  smollm3: 'rotary',
  gpt_oss: 'rotary',
  bloom: 'alibi',
  mpt: 'alibi',
  bert: 'encoder',
  roberta: 'encoder',
  distilbert: 'encoder',
  albert: 'encoder',
  electra: 'encoder',
  deberta: 'encoder',
  'deberta-v2': 'encoder',
  xlnet: 'encoder',
  'xlm-roberta': 'encoder',
  modernbert: 'encoder',
  t5: 'encoderDecoder',
  mt5: 'encoderDecoder',
  bart: 'encoderDecoder',
  mbart: 'encoderDecoder',
  pegasus: 'encoderDecoder',
  marian: 'encoderDecoder',
  whisper: 'encoderDecoder',
  m2m_100: 'encoderDecoder',
  'encoder-decoder': 'encoderDecoder',
  gpt_neo: 'localAttention',
  gpt_bigcode: 'sharedKeys',
  mamba: 'recurrent',
  mamba2: 'recurrent',
  rwkv: 'recurrent',
  recurrent_gemma: 'recurrent',
  jamba: 'recurrent',
  'openai-gpt': 'postNorm',
  opt: 'postNorm',
  clip: 'vision',
  vit: 'vision',
  imagegpt: 'vision',
  'vision-encoder-decoder': 'vision',
};

/** Limits against configurations made to exhaust the tab; the engine has its own. */
const LARGEST = 1 << 24;

/**
 * Reads the text of a config.json. Throws `badConfig` when it is none, `architecture` with the family's name and
 * the reason when it is not GPT-2's.
 */
export function readConfig(text: string): { shape: Shape; config: Record<string, unknown> } {
  let config: Record<string, unknown>;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error('it is not an object');
    config = value as Record<string, unknown>;
  } catch (error) {
    throw new ModelFailure('badConfig', { detail: error instanceof Error ? error.message : String(error) });
  }
  const family = familyOf(config);
  if (family !== 'gpt2') {
    throw new ModelFailure('architecture', {
      name: cut(family) || '?',
      reason: REASONS[family] ?? 'unknown',
    });
  }
  if (config.add_cross_attention === true) {
    throw new ModelFailure('architecture', { name: 'gpt2', reason: 'crossAttention' });
  }
  const width = whole(config, 'hidden_size', 'n_embd');
  return {
    config,
    shape: {
      layers: whole(config, 'num_hidden_layers', 'n_layer'),
      heads: whole(config, 'num_attention_heads', 'n_head'),
      width,
      inner: config.n_inner == null ? 4 * width : whole(config, 'n_inner'),
      context: whole(config, 'max_position_embeddings', 'n_positions', 'n_ctx'),
      vocabulary: whole(config, 'vocab_size'),
    },
  };
}

function familyOf(config: Record<string, unknown>): string {
  if (typeof config.model_type === 'string') return config.model_type;
  const architectures = Array.isArray(config.architectures) ? config.architectures.map(String) : [];
  if (architectures.some((name) => /^GPT2(LMHead|DoubleHeads)?Model$/.test(name))) return 'gpt2';
  if (architectures.length > 0) return architectures[0]!;
  // Early GPT-2 exports name nothing at all; the names of their numbers are GPT-2's own.
  return 'n_embd' in config && 'n_head' in config && 'n_layer' in config ? 'gpt2' : '';
}

/** A file can hold anything: what is told of it is cut as the engine cuts it. */
const cut = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** The number under the first of these names that is there; they are those that GPT2Config maps to its own, then its own. */
function whole(config: Record<string, unknown>, ...keys: string[]): number {
  const key = keys.find((name) => config[name] != null) ?? keys.find((name) => /^n_|^vocab/.test(name))!;
  const value = config[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > LARGEST) {
    throw new ModelFailure('badConfig', {
      detail: `${key} is ${cut(JSON.stringify(value) ?? 'missing')}, wanted a whole number from 1 to ${LARGEST}`,
    });
  }
  return value;
}

/** Weights of the model, those of tied embeddings counted once. */
export function parameterCount({ layers, width: c, inner: f, context, vocabulary }: Shape): number {
  const block = 4 * c + (3 * c * c + 3 * c) + (c * c + c) + (c * f + f) + (f * c + c);
  return vocabulary * c + context * c + layers * block + 2 * c;
}

/**
 * Bytes the converted file takes, a little above the truth: one byte a weight for matrices, one scale for
 * a group of them, four bytes for positions, gains and biases.
 */
export function keptBytes(shape: Shape, exact: boolean): number {
  const all = parameterCount(shape);
  if (exact) return 4 * all;
  const { layers, width: c, inner: f, context, vocabulary } = shape;
  const matrices = vocabulary * c + layers * (4 * c * c + 2 * c * f);
  return Math.round(matrices * (1 + 4 / group) + 4 * (all - matrices));
}
