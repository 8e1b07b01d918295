import type { Same } from '../same';
import type { why as en } from '../en/experiment-why';

/** 왜 이 단어일까: 모델의 각 부분이 로짓에 더한 값. */
export const why: Same<typeof en> = {
  title: '왜 이 단어일까',
  pushed: {
    none: (word) => `“${word}”, 어느 부분이 밀어 올렸을까요?`,
    rival: (word, rival) => `“${rival}” 대신 “${word}”, 어느 부분이 밀었을까요?`,
    mean: (word) => `평균 단어에 견준 “${word}”, 어느 부분이 밀었을까요?`,
  },
  most: {
    head: (layer, head, value, from) =>
      `레이어 ${layer}의 헤드 ${head}에서 가장 크게 밀었고(${value}), 주로 “${from}”에서 가져온 것이었어요.`,
    mlp: (layer, value) => `레이어 ${layer}의 MLP에서 가장 크게 밀었어요(${value}).`,
    embed: (value) => `마지막 단어 자신의 벡터가 가장 크게 밀었어요(${value}).`,
    position: (value) => `글 속의 자리가 가장 크게 밀었어요(${value}).`,
    bias: (layer, value) =>
      `어느 글에서나 같은 값인 레이어 ${layer} 어텐션의 편향이 가장 크게 밀었어요(${value}).`,
  },
  bars: '로짓에 더한 값의 크기순',
  parts: {
    embed: '단어 자신',
    position: '단어의 자리',
    head: (layer, head) => `레이어 ${layer} · 헤드 ${head}`,
    bias: (layer) => `레이어 ${layer} · 어텐션 편향`,
    mlp: (layer) => `레이어 ${layer} · MLP`,
    rest: (n) => `나머지 ${n}개의 합`,
    rounding: '엔진의 반올림',
  },
  off: (part) => `끄기: ${part}`,
  offShort: '끄기',
  on: (part) => `다시 켜기: ${part}`,
  onShort: '꺼져 있음',
  brought: '헤드가 각 단어에서 가져온 것',
  broughtByAll: '모든 헤드가 각 단어에서 가져온 것',
  broughtBy: (layer, head) => `레이어 ${layer} 헤드 ${head}에서 각 단어로부터 가져온 것`,
  for: '이 단어 쪽으로',
  against: '반대쪽으로',
  logitOf: (word, logit) => `${word} ${logit}`,
  adds: (sum) => `부분들의 합 ${sum}, 맞아떨어져요`,
  apart: '맞지 않아요: 반올림만으로는 설명되지 않는 차이예요',
  roundingNote: (value) => `반올림 ${value}: 엔진은 곱할 값을 반올림하고, 여기 적힌 부분들은 하지 않아요`,
  caveats: [
    '바로 밀어 준 몫만 세요. 뒤의 부분을 거쳐 민 몫은 들어 있지 않아요.',
    '마지막 정규화의 크기는 실제 값 그대로 두고 계산해요.',
  ],
  map: '레이어별 모든 부분',
  mapName: '모든 헤드와 MLP에서 더한 값, 한 줄이 한 레이어',
  mlpColumn: 'MLP',
  perBlock: '레이어마다 더한 값',
  perBlockName: '헤드, 편향, MLP를 합쳐 레이어마다 더한 값',
  neurons: (layer) => `레이어 ${layer} MLP의 뉴런`,
  neuron: '뉴런',
  activation: '활성값',
  adds2: '더한 값',
  sources: (layer, head) => `레이어 ${layer} 헤드 ${head}에서 토큰마다 가져온 것`,
  looked: '어텐션',
  up: '올리는 단어',
  down: '내리는 단어',
  says: (part) => `${part}의 말`,
  saysNote:
    '이 부분이 여기서 더한 벡터만 따로 마지막 정규화와 언임베딩에 통과시킨 거예요. 가장 많이 올리고 내리는 단어가 나와요.',
  pickPart: '칸을 고르면 토큰이나 뉴런이 나와요.',
};
