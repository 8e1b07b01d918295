import type { Same } from '../same';
import type { tokens as en } from '../en/stages-tokens';

export const tokens: Same<typeof en> = {
  title: '단어 조각',
  lead: '글을 조각(앞에 공백이 붙은 단어, 숫자, 기호)으로 나누고, 조각의 바이트를 많은 글에서 배운 순서대로 둘씩 합쳐 나가요. 더 합칠 것이 없을 때 남은 것이 토큰이고, 모델은 토큰의 번호만 읽어요.',
  more: [
    '흔한 단어는 토큰 하나가 되고, 드문 단어는 조각들을 이어 줄 병합을 배운 적이 없어 여러 토큰으로 남아요. 단계 옆의 수는 병합의 순위예요. 0은 가장 흔한 쌍이라 맨 먼저 배운 병합이에요. 단계마다 위치와 상관없이 순위가 가장 앞선 쌍을 합쳐요.',
    '모든 것이 바이트에서 시작하므로 어떤 글이든 쓸 수 있어요. 모델이 잘 모르는 문자는 토큰이 더 많이 들 뿐이에요. 그런 토큰은 글자의 일부일 수 있어서 글자 대신 바이트로 보여요.',
  ],
  pieces: '조각으로 나눈 글',
  piecesNote: '하나를 골라 합쳐지는 과정을 살펴보세요',
  steps: (text) => `“${text}”: 바이트, 병합, 토큰`,
  stepsNote: (bytes, merges, tokens) => `바이트 ${bytes}개, 병합 ${merges}번, 토큰 ${tokens}개`,
  stepTable: '단계별 병합',
  step: '단계',
  rank: '순위',
  after: '기호',
  joins: '합친 쌍',
  bytes: '바이트',
  start: '바이트',
  tokens: '토큰',
  try: '단어로 시험해 보기',
  tryHint: '예: empowers',
  tryNote: '글 속의 단어처럼 앞에 공백을 붙여요',
  ids: '토큰과 번호',
  idTable: '토큰의 번호, 글자, 바이트',
  columns: { position: '위치', token: '토큰', id: '번호', bytes: '바이트' },
  neighbours: (id) => `어휘에서 ${id}번의 이웃`,
  neighboursNote: '번호는 배운 순서예요. 작은 번호는 바이트와 흔한 쌍이에요',
  neighbourTable: '어휘의 이웃',
  noTokenizer: '이 모델에는 토크나이저 파일이 없어서 프롬프트가 번호 목록이에요.',
  facts: { vocabulary: '어휘', merges: '병합', text: '글' },
  vocabularyOf: (v, merges) => `${v} = 바이트 256 + 병합 ${merges} + 1`,
  textOf: (bytes, tokens) => `바이트 ${bytes}개 → 토큰 ${tokens}개`,
  idsRow: '번호',
  whySplit: (pairs, tokens) =>
    `남은 이웃끼리 합치는 규칙이 병합 목록에 없어서(${pairs}) 토큰 ${tokens}개로 남았어요. 규칙을 배운 글에 이런 쌍이 너무 드물었기 때문이에요.`,
  whyWhole: '단계마다 병합 목록에 규칙이 있어서 기호 하나만 남았어요. 이 조각은 토큰 하나예요.',
  whySingle: '바이트 하나뿐이라 합칠 것이 없어요. 그대로 토큰 하나예요.',
  whyGiven: '이 토큰은 병합으로 만들지 않아요. 글을 조각으로 나누기 전에 통째로 찾아내는 토큰이에요.',
  begins: (token, id) =>
    `글 앞에 문서 시작 토큰 ${token}(${id}번)이 있어요. 프롬프트 옆의 스위치를 켜서 붙은 토큰이에요.`,
  specialRead: '프롬프트 옆의 스위치를 켜 두어서, 글에 적힌 특수 토큰을 토큰 하나로 읽어요.',
  specialAsText:
    '글에 적힌 특수 토큰도 지금은 보통 글이라서 다른 글처럼 조각으로 나뉘어요. 프롬프트 옆의 스위치를 켜면 토큰 하나로 읽어요.',
  cut: (n) => `처음 ${n}단계만 보여 줘요.`,
  symbols: {
    T: '토큰의 수',
    t_i: 'i번 위치에 있는 토큰의 번호',
  },
};
