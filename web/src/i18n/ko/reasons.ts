/** What was refused or failed, by the engine's and the page's codes; the codes are listed in protocol/reasons.ts. */
import type { ReasonSentences } from '../../protocol/reasons';
import { isolated } from '../../format/direction';
import { bytes, count } from '../../format/format';

const n = (value: number) => count(value, 'ko');
const settings: Record<string, string> = { temperature: '온도', 'top-k': 'Top-k', 'top-p': 'Top-p' };

/** 가중치 대신 열린 파일의 종류와 해결 방법. */
export const formats: Record<string, string> = {
  GGUF: 'safetensors가 아니라 llama.cpp의 GGUF 파일이에요. 변환하기 전의 safetensors 파일을 열어 주세요.',
  HDF5: 'safetensors가 아니라 Keras나 TensorFlow의 HDF5 파일이에요. transformers로 불러와 save_pretrained로 저장해 주세요.',
  zip: 'zip 파일이에요. 압축 파일이라면 먼저 풀어 주세요. PyTorch 체크포인트라면 코드가 들어 있을 수 있으니 save_pretrained로 model.safetensors를 만들어 주세요. nanoGPT의 ckpt.pt는 이 프로젝트의 스크립트로 바꿀 수 있어요.',
  pickle:
    'PyTorch 피클이에요. 코드가 들어 있을 수 있어 여기서는 열지 않아요. save_pretrained로 model.safetensors를 만들어 주세요. nanoGPT의 ckpt.pt는 이 프로젝트의 스크립트로 바꿀 수 있어요.',
  ONNX: 'safetensors가 아니라 ONNX 파일이에요. 내보내기 전의 safetensors 파일을 열어 주세요.',
  msgpack:
    'safetensors가 아니라 Flax의 msgpack 파일이에요. transformers로 불러와 save_pretrained로 저장해 주세요.',
  'git-lfs':
    'git이 큰 파일 대신 남겨 둔 안내 파일이에요. 폴더에서 “git lfs pull”을 실행한 뒤 다시 열어 주세요.',
  'web page': '파일이 아니라 웹 페이지가 저장되었어요. 페이지의 내려받기 단추로 파일 자체를 내려받아 주세요.',
  JSON: '가중치가 아니라 JSON 파일이에요. model.safetensors도 함께 열어 주세요.',
  LoRA: '모델이 아니라 모델에 더할 변화만 담은 LoRA 어댑터예요. merge_and_unload로 원래 모델과 합친 뒤 save_pretrained로 저장해 주세요.',
};

export const reasons: ReasonSentences = {
  prompt_empty: () => '프롬프트가 비어 있어요. 토큰이 하나는 있어야 모델이 읽을 수 있어요.',
  prompt_too_long: ({ tokens, over, context }) =>
    `프롬프트의 토큰이 ${n(tokens)}개예요. 이 모델이 읽을 수 있는 ${n(context)}개보다 ${n(over)}개 많아요.`,
  text_too_long: ({ got, most }) => `글이 ${bytes(got)}예요. ${bytes(most)}까지만 읽을 수 있어요.`,
  character_unknown: ({ at, text, vocabulary }) =>
    `글의 ${n(at)}번째 글자 “${isolated(text)}”: 이 모델의 토큰 ${n(vocabulary)}개 중에 없는 글자예요. 지우거나 다른 글자로 바꿔 주세요.`,
  token_unknown: ({ got, high }) =>
    `${got}번 토큰은 없어요. 이 모델의 토큰 번호는 0번부터 ${n(high)}번까지예요.`,
  sampling_range: ({ name, got, wanted }) =>
    `${settings[name] ?? name} 값 ${got}: 쓸 수 없는 값이에요(범위 ${wanted}).`,
  logits_broken: () =>
    '모델이 내놓은 답에 숫자가 아닌 값이 있어요. 가중치가 손상되었거나 실행을 바꾼 설정 때문이에요.',
  intervention: ({ name }) => `실행을 요청한 대로 바꿀 수 없어요(${name}).`,
  no_run: () => '아직 끝난 실행이 없어요. 먼저 글을 입력해 주세요.',
  no_layer: ({ high }) => `그런 층은 없어요. 이 모델의 층은 0번부터 ${high}번까지예요.`,
  no_head: ({ high }) => `그런 헤드는 없어요. 이 모델의 헤드는 0번부터 ${high}번까지예요.`,
  headless: ({ name }) => `${name} 텐서는 헤드로 나뉘어 있지 않아요.`,
  no_tensor: ({ name }) => `“${name}” 텐서는 없어요.`,
  no_weight: ({ name }) => `“${name}” 가중치는 없어요.`,
  range: ({ begin, end, size }) => `${begin}행부터 ${end}행까지 요청했지만 모두 ${n(size)}행뿐이에요.`,
  slice_large: ({ most }) => `한 번에 가져오기에는 너무 많아요. 값 ${n(most)}개까지예요. 행을 줄여 주세요.`,
  request: () => '페이지가 엔진이 할 수 없는 일을 요청했어요. 페이지를 새로 고쳐 보세요.',
  config_none: () =>
    '모델의 모양을 알 수 없어요. config.json이 없고 가중치 파일에도 설정이 들어 있지 않아요. config.json을 함께 열어 주세요.',
  config_large: ({ got, most }) =>
    `config.json의 크기가 ${bytes(got)}예요. 이런 파일은 ${bytes(most)}를 넘지 않아요. 파일을 확인해 주세요.`,
  config_not_json: ({ name }) => `${name} 파일이 JSON 형식이 아니에요. 다시 복사하거나 내려받아 주세요.`,
  config_missing: ({ name }) => `config.json에 “${name}” 항목이 없어요. GPT-2의 설정 파일인지 확인해 주세요.`,
  config_field: ({ name, got, wanted }) =>
    `config.json의 “${name}” 값 ${got}: 여기서 읽을 수 없는 값이에요(읽을 수 있는 값: ${wanted}).`,
  config_heads: ({ width, heads }) =>
    `config.json의 너비 ${n(width)}: 헤드 ${n(heads)}개로 똑같이 나눌 수 없어요.`,
  config_disagrees: ({ name }) =>
    `config.json과 가중치 파일의 “${name}” 값이 서로 달라요. 가중치와 함께 받은 config.json을 써 주세요.`,
  other_format: ({ format }) => formats[format] ?? `safetensors가 아니라 ${format} 파일이에요.`,
  not_safetensors: () => 'safetensors 파일이 아니거나 파일의 앞부분이 손상되었어요.',
  file_truncated: ({ wanted }) =>
    `가중치 파일이 중간에 끊겼어요. 적어도 ${n(wanted)}바이트여야 해요. 다시 받아 주세요.`,
  file_trailing: ({ wanted }) => `가중치 파일이 원래 길이 ${n(wanted)}바이트보다 길어요. 다시 받아 주세요.`,
  header_damaged: () => '가중치 파일 앞부분의 목록이 손상되었어요. 다시 받아 주세요.',
  tensor_shape: ({ name, got, wanted }) =>
    `${name} 가중치의 모양은 ${got}인데 config.json에는 ${wanted}(으)로 적혀 있어요. 두 파일이 같은 모델의 것인지 확인해 주세요.`,
  tensor_dtype: ({ name, got }) =>
    `${name} 가중치의 자료형 ${got}: 여기서는 F32, F16, BF16만 읽을 수 있어요.`,
  tensor_missing: ({ name, count: missing }) =>
    missing > 1
      ? `가중치 ${n(missing)}개가 빠졌어요(첫째: ${name}). 모델의 파일을 모두 열었는지 확인해 주세요.`
      : `${name} 가중치가 빠졌어요. 모델의 파일을 모두 열었는지 확인해 주세요.`,
  tensor_twice: ({ name }) =>
    `${name} 가중치가 두 번 들어 있어요. 다른 모델의 파일이 섞이지 않았는지 확인해 주세요.`,
  tensor_damaged: ({ name }) =>
    `${name} 가중치에 숫자가 아닌 값이 있어요. 파일이 손상되었거나 학습이 잘못된 모델이에요.`,
  no_tensors: () => '파일에 GPT-2의 가중치가 없어요.',
  model_mixed: () => '한 모델의 파일들이 아니에요. 한 번에 한 모델의 파일만 열어 주세요.',
  model_outdated: () => '다른 버전의 Vitrine에서 만든 파일이에요. 모델을 다시 변환해 주세요.',
  model_empty: () => '가중치 파일이 비어 있어요.',
  memory_model: ({ bytes: wanted }) =>
    `모델을 불러오려면 메모리가 ${bytes(wanted)} 더 필요한데 이 탭에서는 쓸 수 없어요.`,
  memory_run: ({ tokens }) => `토큰 ${n(tokens)}개를 읽기에는 메모리가 모자라요. 글을 줄여 주세요.`,
  memory_tensor: () => '요청한 값을 담을 메모리가 모자라요. 글을 줄여 주세요.',
  tokenizer_none: () =>
    '파일 가운데 토크나이저가 없어요. tokenizer.json, vocab.json과 merges.txt, 그리고 vocab.json만 있는 경우를 찾아보았어요(vocab.txt는 BertTokenizer의 어휘라서 읽지 않아요). 그중 하나를 함께 열거나 토큰 번호를 입력해 주세요.',
  tokenizer_not_json: ({ name }) =>
    `${name} 파일이 올바른 JSON 형식이 아니에요. 다시 복사하거나 내려받아 주세요.`,
  tokenizer_kind: ({ name }) =>
    name === 'vocab.txt'
      ? 'vocab.txt는 BertTokenizer의 어휘라서 여기서는 읽지 않아요. tokenizer.json, vocab.json과 merges.txt, 그리고 vocab.json만 있는 경우를 찾아보았어요. 그중 하나를 함께 열거나 토큰 번호를 입력해 주세요.'
      : `GPT-2와 다른 방식의 토크나이저라서(${name}) 토큰을 정확히 나눌 수 없어요.`,
  tokenizer_entry: ({ name }) => `${name}에 읽을 수 없는 항목이 있어요.`,
  tokenizer_merges: ({ left, right }) =>
    `“${isolated(left)}” + “${isolated(right)}” 병합이 어휘와 맞지 않아요. 두 파일이 같은 모델의 것인지 확인해 주세요.`,
  file_access: ({ name }) => `${name} 파일을 읽거나 쓸 수 없어요.`,
  f16_range: ({ name }) => `${name} 가중치에 F16으로 담기에는 너무 큰 값이 있어요.`,
  engine_fetch: ({ where }) => `엔진을 ${where}에서 가져올 수 없었어요.`,
  engine_status: ({ where, status }) =>
    `엔진을 가져올 수 없었어요. ${where}의 응답이 ${status}이에요. 사이트에 엔진 파일이 없는 것 같아요.`,
  engine_damaged: ({ where }) =>
    `${where}: 이 페이지의 엔진이 아니에요. 받는 동안 손상되었거나 사이트가 새로 바뀌었어요. 페이지를 다시 불러와 주세요.`,
  engine_outdated: () => '페이지와 엔진의 버전이 서로 달라요. 페이지를 새로 고쳐 주세요.',
  engine_stopped: ({ megabytes }) =>
    `엔진이 메모리를 ${n(megabytes)}MB 쓰다가 멈췄어요. 대개 메모리가 모자라서 그래요.`,
  engine_memory: ({ megabytes }) => `엔진이 이미 메모리를 ${n(megabytes)}MB 쓰고 있고 더 받을 수 없어요.`,
  worker_failed: () => '계산을 맡은 작업자를 시작하지 못했거나 도중에 멈췄어요.',
  worker_silent: ({ seconds }) => `계산을 맡은 작업자가 ${n(seconds)}초 동안 대답이 없어요.`,
  engine_stalled: ({ seconds }) => `엔진이 ${n(seconds)}초 동안 전혀 오지 않았어요.`,
  simd_missing: () => '엔진에 필요한 WebAssembly SIMD가 이 브라우저에 없어요.',
  no_model: () => '아직 불러온 모델이 없어요.',
  no_tokenizer: ({ name }) =>
    `“${name}” 모델에는 토크나이저가 없어요. 글 대신 토큰 번호를 쓰거나 tokenizer.json도 함께 열어 주세요.`,
  not_whole: ({ got }) => `${got}: 엔진이 받을 수 있는 정수가 아니에요.`,
  opened_no_weights: ({ files }) =>
    `연 파일 중에 가중치가 없어요(${files || '연 파일 없음'}). model.safetensors를 config.json, 토크나이저 파일과 함께 열어 주세요.`,
  file_missing: ({ name, where }) => `${where}에 ${name} 파일이 없어요.`,
  fetch_failed: ({ where }) => `${where} 파일을 가져올 수 없었어요.`,
  fetch_status: ({ where, status }) => `${where}에서 파일 대신 ${status} 응답이 왔어요.`,
  fetch_broke: ({ where, got }) => `${where} 파일을 ${bytes(got)}까지 받다가 끊겼어요.`,
  fetch_short: ({ where, got, wanted }) =>
    `${where} 파일이 ${n(wanted)}바이트 중 ${n(got)}바이트에서 끝났어요.`,
  fetch_stalled: ({ where, seconds }) => `${where}: ${n(seconds)}초 동안 아무것도 오지 않았어요.`,
  file_other: ({ where }) =>
    `${where}: 이 페이지의 파일이 아니에요. 받는 동안 손상되었거나 사이트가 새로 바뀌었어요. 다시 시도해 보고, 그래도 안 되면 페이지를 다시 불러와 주세요.`,
  file_endless: ({ where, most }) =>
    `${where} 파일이 이런 파일의 한도인 ${bytes(most)}보다 길어서 사용하지 않았어요. 사이트를 운영하는 사람에게 알려 주세요.`,
  kept_damaged: ({ name }) => `보관된 “${name}” 모델이 손상되어 사용하지 않았어요. 지우고 다시 받아 주세요.`,
  kept_gone: ({ name }) => `“${name}” 모델이 이제 이 브라우저에 없어요. 다시 받거나 다른 모델을 골라 주세요.`,
};
