/**
 * Why something was refused or failed, as a code and the values that a sentence about it is filled with. The page has
 * that sentence for each of them in every language; Failure.message is English, for the console and the command line.
 */

/** The engine's codes: a row each of engine/base/error_codes.h. */
export interface EngineReasons {
  prompt_empty: object;
  prompt_too_long: { tokens: number; over: number; context: number };
  /** Bytes. */
  text_too_long: { got: number; most: number };
  /** The character's place in the text, from 1. */
  character_unknown: { at: number; text: string; vocabulary: number };
  /** Ids go from 0 to `high`. */
  token_unknown: { got: number; high: number };
  /** `name` is temperature, top-k or top-p. */
  sampling_range: { name: string; got: string; wanted: string };
  logits_broken: object;
  intervention: { name: string };
  no_run: object;
  no_layer: { high: number };
  no_head: { high: number };
  headless: { name: string };
  no_tensor: { name: string };
  no_weight: { name: string };
  /** [begin, end) of `size`. */
  range: { begin: number; end: number; size: number };
  slice_large: { most: number };
  request: object;
  config_none: object;
  config_large: { got: number; most: number };
  config_not_json: { name: string };
  config_missing: { name: string };
  config_field: { name: string; got: string; wanted: string };
  config_heads: { width: number; heads: number };
  config_disagrees: { name: string };
  not_safetensors: object;
  /** Which it is instead: a name of engine/io/foreign_format.h. */
  other_format: { format: string };
  /** Bytes. */
  file_truncated: { wanted: number };
  file_trailing: { wanted: number };
  header_damaged: object;
  tensor_shape: { name: string; got: string; wanted: string };
  tensor_dtype: { name: string; got: string };
  /** The first of `count`. */
  tensor_missing: { name: string; count: number };
  tensor_twice: { name: string };
  tensor_damaged: { name: string };
  no_tensors: object;
  model_mixed: object;
  model_outdated: object;
  model_empty: object;
  memory_model: { bytes: number };
  memory_run: { tokens: number };
  memory_tensor: object;
  tokenizer_none: object;
  tokenizer_not_json: { name: string };
  tokenizer_kind: { name: string };
  tokenizer_entry: { name: string };
  tokenizer_merges: { left: string; right: string };
  file_access: { name: string };
  f16_range: { name: string };
}

/** What the worker and the page itself find at fault. */
export interface PageReasons {
  engine_fetch: { where: string };
  engine_status: { where: string; status: number };
  /** It came, and is not the module that belongs to the page. */
  engine_damaged: { where: string };
  engine_outdated: object;
  engine_stopped: { megabytes: number };
  engine_memory: { megabytes: number };
  worker_failed: object;
  /** It answered nothing for so long. */
  worker_silent: { seconds: number };
  /** Its script did not come. */
  engine_stalled: { seconds: number };
  simd_missing: object;
  no_model: object;
  no_tokenizer: { name: string };
  not_whole: { got: string };
  opened_no_weights: { files: string };
  file_missing: { name: string; where: string };
  fetch_failed: { where: string };
  fetch_status: { where: string; status: number };
  /** Bytes that had come. */
  fetch_broke: { where: string; got: number };
  fetch_short: { where: string; got: number; wanted: number };
  fetch_stalled: { where: string; seconds: number };
  /** It came, and is not the file that belongs to the page. */
  file_other: { where: string };
  /** Bytes that such a file may have. */
  file_endless: { where: string; most: number };
  kept_damaged: { name: string };
  kept_gone: { name: string };
}

export type Reasons = EngineReasons & PageReasons;
export type ReasonCode = keyof Reasons;
export type Reason = { [K in ReasonCode]: { code: K; details: Reasons[K] } }[ReasonCode];

/** A sentence for each. */
export type ReasonSentences = { [K in ReasonCode]: (details: Reasons[K]) => string };

export const reason = <K extends ReasonCode>(
  code: K,
  ...[details]: object extends Reasons[K] ? [] : [details: Reasons[K]]
): Reason => ({ code, details: details ?? {} }) as Reason;

/** The sentence for what happened, or null for a code that this page was not built with. */
export function reasonText(sentences: ReasonSentences, { code, details }: Reason): string | null {
  if (!Object.hasOwn(sentences, code)) return null;
  // The union pairs each code with its details.
  return (sentences[code] as (details: object) => string)(details);
}
