import type { Same } from '../same';
import type { breaking as en } from '../en/experiment-break';

/** 고장 내 보기: 부분을 하나씩 끄기. */
export const breaking: Same<typeof en> = {
  ask: (word) => `한 부분이 없으면 “${word}”에 무슨 일이 생길까요?`,
  most: {
    heads: (target, layer, index, loss) =>
      `“${target}”, 레이어 ${layer}의 헤드 ${index}, 이것이 없을 때 가장 크게 바뀌어요(${loss}).`,
    blocks: (target, layer, index, loss) =>
      `“${target}”, 레이어 ${layer}의 ${['어텐션', 'MLP', '어텐션과 MLP'][index] ?? ''}, 이것이 없을 때 가장 크게 바뀌어요(${loss}).`,
    looks: (target, word, loss) =>
      `“${target}”, 마지막 단어에서 “${word}” 쪽을 볼 수 없을 때 가장 크게 바뀌어요(${loss}).`,
    words: (target, word, loss) =>
      `“${target}”, “${word}” 자리에 평균 단어를 넣을 때 가장 크게 바뀌어요(${loss}).`,
    depth: (target, kept) => `“${target}”, 레이어가 ${kept}개 이상이면 1위를 지켜요.`,
    never: (target) => `“${target}”, 레이어가 모두 있어야 1위예요.`,
  },
  firsts: (n, all, single) =>
    n === 0
      ? `${single} ${all}개 모두, 1위 단어는 그대로예요.`
      : `${single} ${all}개 중 ${n}개에서 1위 단어가 바뀌어요.`,
  over: '없앨 것',
  overs: {
    heads: '헤드 하나씩',
    blocks: '어텐션·MLP 하나씩',
    looks: '시선 하나씩',
    words: '단어 하나씩',
    depth: '위 레이어부터',
  },
  units: { heads: '헤드', blocks: '부분', looks: '시선', words: '단어', depth: '깊이' },
  at: '어디서',
  ats: { last: '마지막 단어에서만', all: '모든 단어에서' },
  by: '대신 넣을 값',
  bys: { zero: '0', mean: '이 문장에서의 평균' },
  columns: ['어텐션', 'MLP', '둘 다'],
  map: (unit) => `${unit}를 하나씩 없앨 때 단어의 앞선 정도가 바뀌는 양`,
  loses: '잃음',
  gains: '얻음',
  click: '칸을 누르면 그 부분이 모델에서 꺼져요.',
  cell: (part, change, p, first) => `${part} 없이: ${change}, 확률 ${p}, 1위 ${first}`,
  lookPart: (word) => `“${word}”를 보는 시선`,
  wordPart: (word) => `단어 “${word}”`,
  depthPart: (kept) => `처음 ${kept}개 뒤의 레이어`,
  headPart: (layer, head) => `레이어 ${layer} 헤드 ${head}`,
  halfPart: (layer, index) => `레이어 ${layer}의 ${['어텐션', 'MLP', '어텐션과 MLP'][index] ?? ''}`,
  overflow: 'F32로 나타낼 수 없는 수가 됐어요',
  kept: (n) => `레이어 ${n}개`,
  none: '레이어 없음',
  scatter: '민 만큼, 없을 때 잃은 만큼',
  scatterName: (n) => `헤드 ${n}개: 민 양과 없을 때 잃는 양`,
  pushes: '민 양',
  lost: '없을 때 잃는 양',
  agree: (rho) => `순위 상관 ${rho}: 많이 미는 헤드일수록 없을 때 잃는 것도 대체로 커요.`,
  differ: (rho) =>
    `순위 상관 ${rho}: 미는 헤드와 없으면 아쉬운 헤드가 서로 달라요. 뒤의 부분들도 헤드의 값을 읽고, 빠진 몫을 다른 부분에서 메우기 때문이에요.`,
  sums: (single, lead) =>
    `하나씩 바꾼 양을 모두 더하면 ${single}, 원래 앞선 정도는 ${lead}. 부분 하나하나의 효과는 더해서 맞아떨어지지 않아요.`,
  caveats: {
    zero: '없앤 자리에는 0이 들어가요. 모델이 본 적 없는 값이라, 평균을 넣는 쪽이 더 순해요.',
    mean: '없앤 자리에는 이 문장 단어들에서의 평균이 들어가요.',
    edges: '시선은 소프트맥스 앞에서, 모든 레이어에서 끊어요. 나머지 시선이 그 몫을 나눠 가져요.',
    words: '단어는 모든 토큰 임베딩의 평균으로 바뀌고, 자리는 그대로예요.',
    depth: '건너뛴 레이어에서는 아무것도 더하지 않아요. 모델은 도중에 멈추도록 학습하지 않았어요.',
    others: '빠진 몫을 다른 부분에서 메울 수 있어요. 변화가 작다고 쓰이지 않는 것은 아니에요.',
    small:
      '작은 모델에서는 변화가 작은 것이 보통이에요. 혼자서도 중요한 헤드는 GPT-2 small에서 볼 수 있어요.',
  },
  delta: '앞선 정도의 변화',
  deltaLogit: '로짓의 변화',
  kl: 'KL(nat)',
  first: '1위 단어',
  tableName: '모든 칸',
  presets: '준비된 실험',
};
