import type { FailureCode, FailureValues, Leftover } from '../../protocol/model-failure';
import type { Reason } from '../../models/architecture';
import { bytes, count } from '../../format/format';
import { formats, reasons as engine } from './reasons';

type Sentence = (values: FailureValues) => string;

const size = (value: string | number) => bytes(Number(value));
const whole = (value: string | number) => count(Number(value), 'ko');

const failure: Record<FailureCode, Sentence> = {
  offline: ({ host }) =>
    `기기가 오프라인이라 ${host}에 연결할 수 없어요. 인터넷에 연결한 뒤 다시 시도해 주세요. 받은 데이터는 그대로 있어요.`,
  unreachable: ({ host }) =>
    `${host}에 연결할 수 없어요. 인터넷 연결이나 방화벽, 차단 프로그램을 확인하고 다시 시도해 주세요.`,
  unreadable: ({ host }) =>
    `${host}에서 이 페이지가 읽을 수 있는 응답이 없어요. 연결이 안 되거나, 웹 페이지가 파일을 읽는 것을 허용하지 않는 거예요. 둘 중 어느 쪽인지는 브라우저가 알려 주지 않아요. 새 탭에서 ${host}를 열어 보고, 열리면 그곳에서 파일을 내려받아 여기서 열어 주세요.`,
  cors: ({ host }) =>
    `${host}에 연결은 되지만 웹 페이지가 파일을 읽는 것을 허용하지 않아요. 그곳에서 파일을 내려받아 여기서 열어 주세요.`,
  noRepository: ({ repository }) =>
    `허브에 공개된 “${repository}” 모델이 없어요. ‘소유자/이름’ 철자를 확인해 주세요. 비공개 모델은 파일로 내려받아 열 수 있어요.`,
  noRevision: ({ repository, revision }) =>
    `“${repository}”에는 “${revision}”이라는 브랜치, 태그, 커밋이 없어요. 최신 버전을 쓰려면 리비전을 비워 두세요.`,
  noFile: ({ repository, file }) =>
    `“${repository}”에 ${file} 파일이 이제 없어요. 다시 시도해도 같다면 저장소가 바뀐 거예요.`,
  gated: ({ repository }) =>
    `“${repository}”는 먼저 이용 조건에 동의해야 받을 수 있어요. 해당 페이지에 로그인해 파일을 내려받은 뒤 여기서 열어 주세요.`,
  forbidden: ({ host }) =>
    `${host}에서 다운로드를 거부했어요(403). 나중에 다시 시도하거나 그곳에서 파일을 내려받아 여기서 열어 주세요.`,
  tooMany: ({ host, seconds }) =>
    `${host}에서 요청을 잠시 줄여 달라고 해요. ${seconds}초 뒤에 다시 시도해 주세요. 받은 데이터는 그대로 있어요.`,
  server: ({ host, status }) =>
    `${host}에 문제가 생겼어요(상태 ${status}). 몇 분 뒤에 다시 시도해 주세요. 받은 데이터는 그대로 있어요.`,
  interrupted: ({ host, got, wanted }) =>
    `${host}와의 연결이 끊겼어요${Number(wanted) ? `(${size(wanted)} 중 ${size(got)} 받음)` : ''}. 받은 데이터는 남아 있으니 다시 시도하면 이어서 받아요.`,
  stalled: ({ host, seconds }) =>
    `${host}에서 ${seconds}초 동안 아무것도 오지 않았어요. 다시 시도해 주세요. 받은 데이터는 그대로 있어요.`,
  endless: ({ file, host, most }) =>
    `${host}에서 보내는 ${file}이(가) 이런 파일의 한도인 ${size(most)}보다 커요. 사용하지 않았어요. 파일을 직접 열거나 다른 곳에서 받아 주세요.`,
  answer: ({ host }) => `${host}의 응답이 모델 파일 목록이 아니에요. 모델 허브의 주소가 맞나요?`,
  length: ({ file, got, wanted }) =>
    `${file} 파일이 ${whole(wanted)}바이트가 아니라 ${whole(got)}바이트로 왔어요. 사용하지 않았으니 다시 시도해 주세요.`,
  hash: ({ file }) =>
    `${file} 파일이 손상되어 왔어요. SHA-256이 약속된 값과 달라요. 사용하지 않았으니 다시 시도해 주세요.`,
  changed: ({ file }) => `내려받는 동안 ${file} 파일이 새것으로 바뀌었어요. 처음부터 다시 받아요.`,
  repositoryName: ({ text }) =>
    `“${text}”는 저장소 이름이 아니에요. openai-community/gpt2처럼 ‘소유자/이름’으로 쓰거나 페이지 주소를 붙여 넣어 주세요.`,
  nothingChosen: () =>
    '고른 곳에서 온 파일이 하나도 없어요. 폴더가 비어 있거나, 브라우저가 건너뛰는 링크만 들어 있는 폴더예요. Hugging Face 캐시의 snapshots 폴더가 그래요. snapshots 옆의 “blobs” 폴더나 그 위의 “models--…” 폴더를 고르면 파일마다 내용을 보고 알아내요. 링크가 아니라 파일이 들어 있는 복사본을 골라도 돼요.',
  noConfig: ({ place, files }) =>
    `${place ? `${place}에` : `함께 연 파일(${files}) 중에`} config.json이 없어 모델의 모양을 알 수 없어요. 가중치 파일과 함께 열어 주세요.`,
  badConfig: ({ detail }) => `config.json을 사용할 수 없어요: ${detail}.`,
  architecture: ({ name, reason }) =>
    `이 모델은 GPT-2가 아니라 “${name}”예요. ${reasons[reason as Reason] ?? reasons.unknown} config.json에 "model_type": "gpt2"라고 적힌 모델을 골라 주세요.`,
  noWeights: ({ place, files }) =>
    `${place ? `${place}에` : `연 파일(${files}) 중에`} model.safetensors가 없어요. 모델 폴더나 그 안의 파일을 모두 함께 골라 주세요.`,
  severalWeights: ({ files }) =>
    `가중치 파일이 여러 개라서(${files}) 어느 것을 열지 알 수 없어요. 하나만 config.json과 함께 열거나, 나뉜 파일이라면 model.safetensors.index.json과 함께 열어 주세요.`,
  foreign: ({ file, format }) => `${file}은(는) 모델로 열 수 없어요. ${formats[format] ?? ''}`,
  onlyPickle: ({ place }) =>
    `${place}의 가중치는 PyTorch 피클뿐이에요. 피클에는 코드가 들어 있을 수 있어 여기서는 열지 않아요. 먼저 model.safetensors로 바꿔 주세요. nanoGPT의 ckpt.pt는 이 프로젝트의 스크립트로 바꿀 수 있어요.`,
  weights: ({ detail }) => `가중치를 사용할 수 없어요: ${detail}`,
  tokenizer: ({ detail }) =>
    `여기서 쓸 수 있는 토크나이저가 없어 프롬프트를 토큰 번호로 입력해요. (${detail})`,
  tiedAsHead: () =>
    '파일에 토큰 표가 lm_head.weight라는 이름으로 한 번만 들어 있어요. transformers처럼 임베딩과 언임베딩에 같은 표를 써요.',
  untied: () =>
    'config.json은 임베딩과 언임베딩이 같은 표라고 하지만 파일에는 서로 다른 두 표가 있어요. transformers처럼 둘을 따로 써요.',
  badIndex: () => 'model.safetensors.index.json에 가중치 파일 목록이 없어요.',
  missingShard: ({ file }) => `${file} 파일이 빠졌어요. 모델의 파일을 모두 함께 열어 주세요.`,
  otherFile: ({ file, got, wanted }) =>
    `${file} 파일은 이 모델을 만든 파일이 아니에요. ${wanted === undefined ? 'SHA-256이 달라요' : `이 파일은 ${whole(got)}바이트인데 원본은 ${whole(wanted)}바이트예요`}. 비교하지 않았으니 원본 파일을 열어 주세요.`,
  tooLarge: () =>
    '이 탭에서 쓸 수 있는 메모리에 모델이 들어가지 않아요. 다른 탭을 닫거나 더 작은 모델을 골라 주세요.',
  quota: () =>
    '브라우저에 이 모델을 보관할 공간이 없어요. 다른 모델을 지우거나 디스크 공간을 비워 주세요. 지금은 보관하지 않고 사용해요.',
  busy: ({ name }) => `다른 탭에서 ${name} 모델을 받고 있어요. 그 탭이 끝나면 여기서도 쓸 수 있어요.`,
  gone: ({ name }) =>
    `${name}이(가) 이 브라우저에 더는 없어요. 지워졌거나 옮겨졌어요. 다시 받거나 열어 주세요.`,
  damaged: ({ name }) => `보관된 ${name}이(가) 손상되어 사용하지 않아요. 지우고 다시 받아 주세요.`,
  inUse: ({ name }) => `다른 탭에서 ${name} 모델을 쓰고 있어요. 먼저 그 탭을 닫아 주세요.`,
  cancelled: ({ left }) => `취소했어요. ${leftover[left as Leftover] ?? leftover.part}`,
  crashed: ({ detail }) => `불러오기가 갑자기 멈췄어요: ${detail}. 다시 시도해 주세요.`,
};

const leftover: Record<Leftover, string> = {
  part: '받은 데이터는 남아 있어 이어서 받을 수 있어요.',
  whole: '모델은 이 브라우저에 보관되어 있으니, 쓰고 싶을 때 모델 목록에서 고르면 돼요.',
  nothing: '보관된 데이터는 없어요.',
};

const reasons: Record<Reason, string> = {
  rotary: '쿼리와 키를 위치에 따라 회전하고 정규화 방식도 달라요. GPT-2는 토큰마다 학습된 위치를 더해요.',
  alibi: '어텐션 점수를 기울여 위치를 나타내요. GPT-2는 토큰마다 학습된 위치를 더해요.',
  encoder: '글을 양방향으로 한꺼번에 읽고 다음 토큰을 예측하지 않아요.',
  encoderDecoder: '디코더 옆에 인코더가 따로 있어요.',
  localAttention: '레이어의 절반이 글의 일부 구간만 봐요.',
  sharedKeys: '헤드들이 키와 밸류 한 벌을 함께 써요.',
  recurrent: '앞선 토큰에 주목하는 대신 상태를 이어 가요.',
  postNorm: '정규화나 위치를 두는 자리가 GPT-2와 달라요.',
  crossAttention: '인코더를 향한 크로스 어텐션이 더해져 있어요.',
  vision: '이미지를 다루는 모델이에요.',
  unknown: '여기서 보여 주는 것과 다른 방식으로 계산해요.',
};

export const models = {
  title: '모델',
  bundled: '기본 모델',
  onSite: '이 사이트의 모델',
  kept: '이 브라우저에 보관된 모델',
  fromHub: 'Hugging Face 허브',
  own: '내 모델',
  listAgain: '목록이 오지 않았어요: 다시 받기',
  openFiles: '파일이나 폴더 열기…',
  fromRepository: '허브 저장소에서…',
  manage: '보관된 모델 관리…',
  drop: 'model.safetensors, config.json과 토크나이저 파일 또는 그 폴더를 놓아 주세요',
  chooseFiles: '파일 고르기…',
  chooseFolder: '폴더 고르기…',
  repository: '저장소',
  repositoryHint: '소유자/이름 또는 페이지 주소',
  revision: '리비전(선택)',
  lookUp: '조회',
  lookUpHint: (host: string) => `조회를 누르면 ${host}에 파일 목록과 config.json(몇 킬로바이트)을 물어봐요.`,
  lookingUp: (host: string) => `${host}에 묻는 중…`,
  from: '받는 곳',
  downloads: '다운로드',
  keeps: '이 브라우저에 보관',
  about: (bytes: string) => `약 ${bytes}`,
  nothing: '없음',
  shape: (layers: string, heads: string, width: string, context: string) =>
    `${layers}개 층, 헤드 ${heads}개, 너비 ${width}, 문맥 ${context}`,
  parameters: (count: string) => `파라미터 ${count}개`,
  exact: '정확하게: 가중치를 32비트 수 그대로 사용',
  exactHint: (bytes: string) => `대신 메모리가 약 ${bytes} 필요해요.`,
  exactOnly: (bytes: string) =>
    `int8로 반올림하기 전의 가중치를 32비트 수로 사용해요. 메모리가 약 ${bytes} 필요해요.`,
  keep: '이 브라우저에 보관해 다음에는 내려받지 않기',
  noStorage:
    '이 브라우저는 지금 데이터를 보관하지 않아요(시크릿 창일 수 있어요). 페이지를 닫을 때까지만 모델을 쓸 수 있어요.',
  room: (free: string) => `이 사이트가 쓸 수 있는 공간 ${free}`,
  tooLittleRoom: (needed: string, free: string) =>
    `보관하려면 ${needed}가 필요한데 공간은 ${free}예요. 보관하지 않고 사용해요.`,
  noRoomToResume: (needed: string, free: string) =>
    `공간이 ${free} 있어요. 다 받을 때까지 받은 데이터도 함께 두려면 ${needed}가 필요해서, 중간에 끊기면 처음부터 다시 받을 수 있어요.`,
  putAside: (bytes: string) =>
    `다 받을 때까지 받은 데이터를 최대 ${bytes} 더 보관해요. 그래서 중간에 끊겨도 이어서 받을 수 있어요.`,
  download: (bytes: string) => `${bytes} 내려받기`,
  resume: (received: string, total: string) => `이어서 받기(${total} 중 ${received} 있음)`,
  load: '불러오기',
  cancel: '취소',
  close: '닫기',
  remove: (name: string) => `${name} 지우기`,
  unfinished: '끝나지 않은 다운로드',
  noneKept: '이 브라우저에 보관된 모델이 아직 없어요.',
  usedOf: (used: string, quota: string) => `브라우저가 허용한 ${quota} 중 ${used}를 쓰고 있어요.`,
  persistent: '브라우저가 스스로 지우지 않기로 했어요.',
  notPersistent: '디스크가 가득 차면 브라우저가 지울 수 있어요.',
  persist: '지우지 않도록 브라우저에 요청',
  stages: {
    asking: '무엇이 있는지 묻는 중',
    replaying: '이미 받은 데이터를 읽는 중',
    downloading: '내려받아 변환하는 중',
    reading: '읽어서 변환하는 중',
    pausing: '다시 시도하려고 기다리는 중',
    saving: '이 브라우저에 저장하는 중',
    loading: '엔진에 불러오는 중',
  },
  progress: (received: string, total: string) => `${total} 중 ${received}`,
  rate: (bytes: string) => `초당 ${bytes}`,
  left: (seconds: number) =>
    seconds < 90 ? `${Math.max(1, Math.round(seconds))}초 남음` : `${Math.round(seconds / 60)}분 남음`,
  tryingAgain: (reason: string) => `${reason} 다시 시도하고 있어요.`,
  loaded: (name: string) => `${name} 준비됨`,
  panel: '이 모델',
  failure,
  /** Said inside of some of them. */
  reasons: engine,
};
