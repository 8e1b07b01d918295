import type { Same } from '../same';
import type { lens as en } from '../en/experiment-lens';

/** 렌즈: 스트림을 도중에 읽으면 나올 단어. */
export const lens: Same<typeof en> = {
  leads: {
    always: (word) => `“${word}”, 처음부터 끝까지 1위예요.`,
    from: (word, where, before) => `“${word}”, ${where}부터 1위예요. 그전에는 “${before}”이었어요.`,
  },
  more: '마지막 단어의 벡터를 레이어마다 그곳이 끝인 것처럼 읽어 본 거예요. 확률이 클수록 글자가 굵어져요.',
  where: {
    start: '임베딩',
    pre: (layer) => `레이어 ${layer}`,
    mid: (layer) => `레이어 ${layer}의 어텐션`,
    final: (layer) => `레이어 ${layer}`,
  },
  rungs: {
    start: '임베딩',
    after: (layer) => `레이어 ${layer} 뒤`,
    mid: (layer) => `어텐션 ${layer} 뒤`,
    final: '답',
  },
  ladder: '한 번이라도 1위였던 단어와 레이어마다의 확률',
  from: '답과의 거리',
  bits: (bits) => `${bits}비트`,
  between: '어텐션과 MLP 사이도 보기',
  caveats: [
    '앞쪽 레이어는 이렇게 읽히도록 학습하지 않았어요. 벡터를 보는 한 가지 방법일 뿐, 모델의 생각은 아니에요.',
    '마지막 줄은 실제 계산과 비트까지 같아요. 거리는 최종 분포와 그 지점 분포의 KL이고 단위는 비트예요.',
  ],
  surprise: '뜻밖일수록 굵게 밑줄 친 문장',
  surprised: (word, bits) => `모델에게 가장 뜻밖이었던 단어는 “${word}”, ${bits}비트예요.`,
  pick: '단어를 누르면 그 뒤에 올 말을 읽어요.',
  surpriseOf: (word, bits) => `${word}: ${bits}비트`,
  noSurprise: (word) => `${word}: 첫 단어에는 뜻밖의 정도가 없어요`,
  chosen: (word) => `“${word}” 다음:`,
  grid: '모든 지점과 모든 위치',
  gridName: (mode) => `지점과 위치의 표, 색은 ${mode}`,
  modes: {
    share: '1위 단어의 확률',
    rank: '최종 1위 단어의 순위',
    kl: '최종 분포와의 KL(비트)',
    entropy: '엔트로피(비트)',
  },
  colourBy: '색',
  rankBins: ['1', '2–5', '6–20', '21–100', '100 넘음'],
  lines: '따라간 단어, 지점마다',
  linesName: '따라간 단어의 지점별 확률',
  stream: '벡터가 지나온 길',
  streamName: '레이어마다 벡터의 길이와 단어 방향으로 간 거리',
  length: '길이',
  cosineFinal: '끝과의 코사인',
  cosineNext: '다음과의 코사인',
  along: '단어 방향',
  point: '지점',
  rollout: '거슬러 따라간 어텐션',
  rolloutName: '롤아웃: 레이어를 지날 때마다 각 단어에서 오는 몫',
  rolloutNote:
    '어텐션을 레이어끼리 곱하고 절반은 잔차 경로로 둔 값이에요(Abnar·Zuidema 2020). MLP와 밸류, 잔차의 실제 크기는 무시해요. 어디를 보았는지일 뿐, 이유는 아니에요.',
  raw: (layer) => `레이어 ${layer}의 어텐션(헤드 평균)`,
  rolled: '모든 레이어를 거슬러 따라간 값',
};
