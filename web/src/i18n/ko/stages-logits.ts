import type { Same } from '..';
import type { logits as en } from '../en/stages-logits';

export const logits: Same<typeof en> = {
  title: '로짓',
  lead: '한 자리의 정규화된 벡터를 어휘의 모든 단어 벡터와 내적으로 견줍니다. 곱이 클수록 모델은 그 단어가 다음에 올 것으로 봅니다. 마지막 자리뿐 아니라 모든 자리에서 그렇습니다. 앞의 토큰을 고르면 거기서 무엇을 기대했고, 실제로 온 것에 얼마나 놀랐는지 보입니다.',
  more: [
    '단어 표는 처음에 토큰을 벡터로 바꾼 바로 그 표입니다. 언임베딩은 임베딩과 묶여 있고 편향이 없습니다. 로짓은 차이만 뜻이 있습니다. 모두에 같은 수를 더해도 확률은 그대로입니다.',
    '놀람은 실제로 온 토큰에 모델이 준 확률의 -log₂입니다. 동전 던지기는 1비트, 50,257개 중 눈 감고 고르기는 15.6비트입니다. 글 전체의 평균을 2의 거듭제곱으로 올린 것이 퍼플렉시티입니다.',
  ],
  expected: (token) => `“${token}” 다음에 올 것`,
  expectedNote: '온도 1, 자르지 않음',
  table: '이 자리의 후보',
  columns: { rank: '순위', token: '토큰', logit: '로짓', probability: '확률' },
  dot: (word) => `“${word}”: 마지막 벡터 · 표의 제 행`,
  term: (c, x, w) => `차원 ${c}: ${x} × ${w}`,
  rows: '두 벡터',
  vector: (token) => `${token} 자리의 마지막 벡터`,
  word: (word) => `${word}의 행`,
  vectorLabel: '마지막 벡터',
  wordLabel: (word) => `“${word}”의 행`,
  productLabel: '곱',
  surprise: '자리마다 모델이 기대한 것',
  surpriseNote: '실제로 온 토큰에 놀란 정도(비트)',
  surpriseTable: '자리별 놀람',
  surpriseColumns: {
    after: '앞말',
    best: '으뜸 추측',
    came: '온 것',
    rank: '그 순위',
    probability: '그 확률',
    bits: '놀람',
  },
  bits: (n) => `${n}비트`,
  mean: (bits, perplexity, n) => `토큰 ${n}개 평균 ${bits}비트, 퍼플렉시티 ${perplexity}`,
  nothingYet: '아직 오지 않음',
  facts: { matrix: '언임베딩', tied: '임베딩과 묶임', own: '따로 있음', output: '로짓' },
};
