/** What was refused or failed, by the engine's and the page's codes; the codes are listed in protocol/reasons.ts. */
import type { ReasonSentences } from '../../protocol/reasons';
import { isolated } from '../../format/direction';
import { bytes, count } from '../../format/format';

const n = (value: number) => count(value, 'en');
const settings: Record<string, string> = {
  temperature: 'The temperature',
  'top-k': 'Top-k',
  'top-p': 'Top-p',
};

/** What a file is instead of weights, by the engine's names, and what to do. */
export const formats: Record<string, string> = {
  GGUF: 'This is a GGUF file of llama.cpp, not safetensors. Take the safetensors files it was made from.',
  HDF5: 'This is an HDF5 file of Keras or TensorFlow, not safetensors. Load it with transformers and write it with save_pretrained.',
  zip: 'This is a zip file: either an archive, which has to be unpacked, or a PyTorch checkpoint, which can carry code. Turn the latter into model.safetensors with save_pretrained; for a nanoGPT ckpt.pt there is a script in this project.',
  pickle:
    'This is a pickle of PyTorch, which can carry code and is not opened here. Turn it into model.safetensors with save_pretrained; for a nanoGPT ckpt.pt there is a script in this project.',
  ONNX: 'This is an ONNX file, not safetensors. Take the safetensors files it was exported from.',
  msgpack:
    'This is a msgpack file of Flax, not safetensors. Load it with transformers and write it with save_pretrained.',
  'git-lfs':
    'This is only a pointer that git leaves in place of a large file. Run “git lfs pull” in the folder and open it again.',
  'web page':
    'This is a web page that was saved in place of the file. Download the file itself, with the page’s download button.',
  JSON: 'This is a JSON file, not the weights. Open model.safetensors as well.',
  LoRA: 'This is a LoRA adapter: changes to a model, not a model. Merge it into its model with merge_and_unload and write that with save_pretrained.',
};

export const reasons: ReasonSentences = {
  prompt_empty: () => 'The prompt is empty; the model needs at least one token.',
  prompt_too_long: ({ tokens, over, context }) =>
    `The prompt has ${n(tokens)} tokens, ${n(over)} more than the ${n(context)} this model can read.`,
  text_too_long: ({ got, most }) => `The text takes ${bytes(got)}; at most ${bytes(most)} can be read.`,
  character_unknown: ({ at, text, vocabulary }) =>
    `Character ${n(at)} of the text, “${isolated(text)}”, is not among the ${n(vocabulary)} tokens of this model. Remove or replace it.`,
  token_unknown: ({ got, high }) => `There is no token ${got}: this model’s ids go from 0 to ${n(high)}.`,
  sampling_range: ({ name, got, wanted }) => `${settings[name] ?? name} is ${got}; it must be ${wanted}.`,
  logits_broken: () =>
    'The model’s answer holds values that are not numbers. Its weights are damaged, or a change to the run made them so.',
  intervention: ({ name }) => `A change to the run cannot be made as asked (${name}).`,
  no_run: () => 'There is no finished run yet. Type a text first.',
  no_layer: ({ high }) => `There is no such layer: this model’s layers are 0 to ${high}.`,
  no_head: ({ high }) => `There is no such head: this model’s heads are 0 to ${high}.`,
  headless: ({ name }) => `The tensor ${name} is not split into heads.`,
  no_tensor: ({ name }) => `There is no tensor named “${name}”.`,
  no_weight: ({ name }) => `There are no weights named “${name}”.`,
  range: ({ begin, end, size }) => `Rows ${begin} to ${end} were asked for; there are ${n(size)}.`,
  slice_large: ({ most }) => `That is too much at once: at most ${n(most)} values. Ask for fewer rows.`,
  request: () => 'The page asked the engine for something that it cannot do. Reloading the page may help.',
  config_none: () =>
    'The model’s shape is unknown: there is no config.json, and the weights carry none. Open config.json together with them.',
  config_large: ({ got, most }) =>
    `config.json takes ${bytes(got)}, more than the ${bytes(most)} such a file may have. Is it the right one?`,
  config_not_json: ({ name }) => `${name} is not written in JSON. Copy or download it again.`,
  config_missing: ({ name }) => `config.json lacks “${name}”. Is it a GPT-2’s?`,
  config_field: ({ name, got, wanted }) => `In config.json “${name}” is ${got}; this page reads ${wanted}.`,
  config_heads: ({ width, heads }) =>
    `In config.json the width ${n(width)} cannot be shared out evenly over ${n(heads)} heads.`,
  config_disagrees: ({ name }) =>
    `config.json and the weights differ in “${name}”. Take the config.json that the weights came with.`,
  other_format: ({ format }) => formats[format] ?? `This is a file of ${format}, not safetensors.`,
  not_safetensors: () => 'This is not a safetensors file, or its beginning is damaged.',
  file_truncated: ({ wanted }) =>
    `The file of weights ends too early: at least ${n(wanted)} bytes belong to it. Fetch it again.`,
  file_trailing: ({ wanted }) =>
    `The file of weights is longer than the ${n(wanted)} bytes that belong to it. Fetch it again.`,
  header_damaged: () => 'The list at the beginning of the file of weights is damaged. Fetch it again.',
  tensor_shape: ({ name, got, wanted }) =>
    `The weights ${name} have the shape ${got}, but config.json says ${wanted}. Do the two files belong together?`,
  tensor_dtype: ({ name, got }) =>
    `The weights ${name} are stored as ${got}; this page reads F32, F16 and BF16.`,
  tensor_missing: ({ name, count: missing }) =>
    missing > 1
      ? `${n(missing)} sets of weights are missing, the first is ${name}. Were all files of the model opened?`
      : `The weights ${name} are missing. Were all files of the model opened?`,
  tensor_twice: ({ name }) =>
    `The weights ${name} are there twice. Was a file opened that belongs to another model?`,
  tensor_damaged: ({ name }) =>
    `The weights ${name} hold a value that is not a number. The file is damaged, or the training went astray.`,
  no_tensors: () => 'The file holds no weights of a GPT-2.',
  model_mixed: () => 'The files do not belong to one model: open one model’s files at a time.',
  model_outdated: () => 'This file was made for another version of Vitrine. Convert the model again.',
  model_empty: () => 'The file of weights is empty.',
  memory_model: ({ bytes: wanted }) => `The model needs ${bytes(wanted)} more memory than this tab can have.`,
  memory_run: ({ tokens }) => `There is not enough memory to read ${n(tokens)} tokens. Shorten the text.`,
  memory_tensor: () => 'There is not enough memory for what was asked for. Shorten the text.',
  tokenizer_none: () =>
    'There is no tokenizer among the files: tokenizer.json, vocab.json with merges.txt, and vocab.json alone were looked for (vocab.txt is a BertTokenizer’s and is not read). Open one of them too, or write token ids.',
  tokenizer_not_json: ({ name }) => `${name} is not written in JSON as expected. Copy or download it again.`,
  tokenizer_kind: ({ name }) =>
    name === 'vocab.txt'
      ? 'vocab.txt is the vocabulary of a BertTokenizer, which is not read here; tokenizer.json, vocab.json with merges.txt, and vocab.json alone were looked for. Open one of them too, or write token ids.'
      : `The tokenizer works differently from GPT-2’s (${name}); its tokens could not be told truly.`,
  tokenizer_entry: ({ name }) => `${name} has an entry that cannot be read.`,
  tokenizer_merges: ({ left, right }) =>
    `The merge of “${isolated(left)}” and “${isolated(right)}” does not fit the vocabulary. Do both files come from the same model?`,
  file_access: ({ name }) => `The file ${name} cannot be read or written.`,
  f16_range: ({ name }) => `The weights ${name} hold a value that is too large for F16.`,
  engine_fetch: ({ where }) => `The engine could not be fetched from ${where}.`,
  engine_status: ({ where, status }) =>
    `The engine could not be fetched: ${where} answered ${status}. It may be missing from this site.`,
  engine_damaged: ({ where }) =>
    `${where} is not the engine that belongs to this page: it arrived damaged, or the site has been updated. Load the page again.`,
  engine_outdated: () => 'The page and its engine are of different versions. Reload the page.',
  engine_stopped: ({ megabytes }) =>
    `The engine stopped while it held ${n(megabytes)} MB of memory. Most often that is a lack of memory.`,
  engine_memory: ({ megabytes }) => `The engine holds ${n(megabytes)} MB and gets no more memory.`,
  worker_failed: () => 'The part of the page that computes could not be started, or broke off.',
  worker_silent: ({ seconds }) =>
    `The part of the page that computes has answered nothing for ${n(seconds)} seconds.`,
  engine_stalled: ({ seconds }) => `Nothing of the engine has come for ${n(seconds)} seconds.`,
  simd_missing: () => 'It lacks WebAssembly SIMD, which the engine is built for.',
  no_model: () => 'No model is loaded yet.',
  no_tokenizer: ({ name }) =>
    `“${name}” came without a tokenizer. Write token ids instead of text, or open its tokenizer.json, too.`,
  not_whole: ({ got }) => `${got} is not a whole number that the engine can take.`,
  opened_no_weights: ({ files }) =>
    `None of the opened files holds weights (${files || 'none was opened'}). Open model.safetensors together with config.json and the tokenizer’s files.`,
  file_missing: ({ name, where }) => `There is no ${name} in ${where}.`,
  fetch_failed: ({ where }) => `${where} could not be fetched.`,
  fetch_status: ({ where, status }) => `${where} answered ${status} instead of the file.`,
  fetch_broke: ({ where, got }) => `${where} broke off after ${bytes(got)}.`,
  fetch_short: ({ where, got, wanted }) => `${where} ended after ${n(got)} of ${n(wanted)} bytes.`,
  fetch_stalled: ({ where, seconds }) => `${where} has sent nothing for ${n(seconds)} seconds.`,
  file_other: ({ where }) =>
    `${where} is not the file that belongs to this page: it arrived damaged, or the site has been updated. Try again; if that does not help, load the page again.`,
  file_endless: ({ where, most }) =>
    `${where} is longer than the ${bytes(most)} that such a file may have. It was not used; ask whoever hosts it.`,
  kept_damaged: ({ name }) =>
    `The kept copy of “${name}” is damaged and was not used. Remove it and fetch it again.`,
  kept_gone: ({ name }) =>
    `“${name}” is no longer kept in this browser. Fetch it again, or choose another model.`,
};
