import type { Same } from '..';
import type { logits as en } from '../en/stages-logits';

export const logits: Same<typeof en> = {
  title: '로짓',
  lead: '한 위치의 정규화된 벡터를 어휘에 있는 모든 단어의 벡터와 내적으로 비교해요. 내적이 클수록 모델은 그 단어가 다음에 올 것으로 봐요. 마지막 위치뿐 아니라 모든 위치에서 그렇게 해요. 앞쪽 토큰을 고르면 모델이 거기서 무엇을 기대했고, 실제로 온 토큰에 얼마나 놀랐는지 볼 수 있어요.',
  more: [
    '이 단어 표는 처음에 토큰을 벡터로 바꾼 바로 그 표예요. 언임베딩은 임베딩과 가중치를 함께 쓰고 편향이 없어요. 로짓은 서로의 차이만 의미가 있어요. 모든 로짓에 같은 수를 더해도 확률은 그대로예요.',
    '놀라움은 실제로 온 토큰에 모델이 준 확률의 -log₂예요. 동전 던지기는 1비트, GPT-2의 토큰 50,257개 중 아무거나 찍는 것은 15.6비트예요. 글 전체의 평균만큼 2를 거듭제곱한 값이 퍼플렉시티예요.',
  ],
  expected: (token) => `“${token}” 다음에 올 것`,
  expectedNote: '온도 1, 잘라 내기 전',
  table: '이 위치의 후보',
  columns: { rank: '순위', token: '토큰', logit: '로짓', probability: '확률' },
  dot: (word) => `“${word}”: 마지막 벡터 · 표의 해당 행`,
  term: (c, x, w) => `${c}번 차원: ${x} × ${w}`,
  rows: '두 벡터',
  vector: (token) => `${token} 위치의 마지막 벡터`,
  word: (word) => `${word}의 행`,
  vectorLabel: '마지막 벡터',
  wordLabel: (word) => `“${word}”의 행`,
  productLabel: '곱',
  surprise: '위치마다 모델이 기대한 토큰',
  surpriseNote: '실제로 온 토큰에 놀란 정도(비트)',
  surpriseTable: '위치별 놀라움',
  surpriseColumns: {
    after: '이 토큰 뒤',
    best: '1순위 예측',
    came: '실제로 온 것',
    rank: '순위',
    probability: '확률',
    bits: '놀라움',
  },
  bits: (n) => `${n}비트`,
  mean: (bits, perplexity, n) => `토큰 ${n}개 평균 ${bits}비트, 퍼플렉시티 ${perplexity}`,
  nothingYet: '아직 오지 않음',
  facts: { matrix: '언임베딩', tied: '임베딩과 공유', own: '따로 둠', output: '로짓' },
};
