import type { Same } from '../same';
import type { cache as en } from '../en/experiment-cache';

/** 키와 밸류를 남길 때와 남기지 않을 때. */
export const cache: Same<typeof en> = {
  ask: '키와 밸류를 남겨 두면 무엇을 아낄까요?',
  saved: (words, work, time) =>
    `남겨 두지 않으면 단어 ${words}개에 계산은 ${work}배, 시간은 ${time}배 들어요.`,
  why: '앞 단어들의 키와 밸류는 바뀌지 않아요. 그래서 새 단어는 그것을 다시 쓰고, 자기 줄 하나만 계산하면 돼요.',
  words: '쓸 단어 수',
  kept: '키와 밸류를 남김',
  anew: '매번 처음부터',
  triangle: (side) => `새 단어마다 계산한 줄, ${side}`,
  computed: '계산함',
  reused: '남겨 둠',
  products: '곱셈·덧셈',
  time: '엔진 시간',
  same: '두 방법으로 쓴 글이 같고, 모든 로짓이 비트까지 같아요.',
  differ: '두 방법의 결과가 달라요. 엔진의 결함이에요.',
  wrote: '지금까지 쓴 글',
  reads: (work, time) =>
    `계산은 ${work}배인데 시간은 ${time}배뿐이에요. 한 줄만 계산해도 가중치는 모두 읽어야 하니까요. 흔히 말하는 “10배”는 곡선 위의 한 점이에요.`,
  caveats: ['가중치, 키, 밸류와의 곱셈·덧셈만 세요. 정규화, 소프트맥스, GELU는 세지 않아요.'],
  timing: (threads, kernel) =>
    `이 기기에서 잰 엔진 시간이에요. 스레드 ${threads}개, ${kernel} 커널. 기다린 시간은 빼요.`,
  curve: '글이 길어질 때, 한 단어 더',
  curveName: '길이마다 새 단어 하나에 드는 밀리초, 남길 때와 남기지 않을 때, 로그 눈금',
  measure: '재기',
  median:
    '한 번이 0.1초보다 짧으면 세 번 잰 가운뎃값이에요. 느린 쪽은 한 단계가 2초를 넘을 것 같으면 멈춰요.',
  formula: '점선: 곱셈·덧셈의 식, 마지막으로 잰 점에 맞춤',
  length: '토큰',
  steps: '모든 단계',
  token: '새 단어',
  memory: '남겨 둔 숫자의 크기',
  memoryName: '세 길이에서 키와 밸류가 차지하는 메모리',
  model: '크기의 기준',
  thisModel: '이 모델',
  kind: '어텐션',
  kinds: { mha: '헤드마다 따로(MHA)', gqa: '묶음끼리 함께(GQA)', mqa: '모두 하나로(MQA)' },
  groups: (n) => `묶음 ${n}개`,
  groupsName: '묶음',
  window: '창',
  windowOf: (n) => `마지막 토큰 ${n}개`,
  windowAll: '모든 토큰',
  bytes: '숫자 하나',
  queries: '쿼리도 남기기',
  queriesNote: '지난 쿼리는 다시 쓰이지 않아요. 메모리만 늘고 시간은 그대로예요.',
  perToken: (bytes) => `토큰 하나에 ${bytes}.`,
  at: (tokens) => `토큰 ${tokens}개`,
  beyond: '문맥 길이를 넘음',
  page: (bytes) =>
    `이 페이지는 무엇이든 열어 볼 수 있도록 더 많이 남겨요. 잔차 스트림과 쿼리까지, 토큰 하나에 ${bytes}.`,
};
