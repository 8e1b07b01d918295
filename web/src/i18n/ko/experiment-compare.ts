import type { Same } from '../same';
import type { compare as en } from '../en/experiment-compare';

/** 두 문장을 나란히. */
export const compare: Same<typeof en> = {
  ask: '한 단어를 바꾸면, 그 소식은 어디를 지나갈까요?',
  more: 'A는 위의 문장, B는 둘째 문장이에요. A의 값을 한 자리씩 B의 계산에 넣어 보고, A의 답이 얼마나 돌아오는지 봐요.',
  other: '둘째 문장(B)',
  otherHint: '같은 문장에서 한 단어만 바꾸기',
  pairs: '준비된 문장 쌍',
  same: '두 문장이 같아요. B에서 한 단어를 바꿔 보세요.',
  aligned: '두 문장의 조각을 나란히',
  differs: (n, a, b) => `${n}번 조각에서 갈라져요: “${a}”, “${b}”.`,
  answers: '각각의 예상',
  answerOf: (side) => `문장 ${side}의 예상`,
  leads: (word, rival, a, b) => `“${rival}”보다 “${word}”, 앞선 정도: A ${a}, B ${b}.`,
  apart: (bits) => `두 답의 차이는 ${bits}비트예요(A에서 본 B의 KL).`,
  alike: '이 단어로는 두 문장이 거의 다르지 않아요. 다른 단어를 골라 보세요.',
  lengths: (a, b) =>
    `A는 ${a}조각, B는 ${b}조각이에요. 표를 만들려면 수가 같아야 하니 조각 수가 같은 단어로 바꿔 보세요.`,
  travel: {
    both: (word, block, last, from) =>
      `소식은 레이어 ${block}까지 “${word}” 자리에 있다가, 레이어 ${from}부터 “${last}” 자리에 있어요.`,
    carrier: (word, block) => `소식은 레이어 ${block}까지 “${word}” 자리에 있어요.`,
    none: '혼자서 소식의 대부분을 나르는 자리는 없어요.',
  },
  site: '바꿔 넣을 것',
  sites: { resid_pre: '벡터 전체', attn_out: '어텐션의 출력', mlp_out: 'MLP의 출력', z: '헤드 하나' },
  direction: '방향',
  directions: { denoise: 'A를 B에', noise: 'B를 A에' },
  map: (site) => `한 자리의 ${site}, 바꿔 넣었을 때 A의 답이 나오는 정도`,
  scale: { low: '0: B와 같음, 또는 그 아래', high: '1: A와 같음, 또는 그 위' },
  cell: (layer, place, restored) => `레이어 ${layer}, ${place}: ${restored}`,
  known: '처음 달라지기 전: 0, 계산하지 않음',
  rowBlock: (layer) => `레이어 ${layer}`,
  caveats: [
    '한 번에 한 자리만 바꿔요. 효과는 더해서 맞아떨어지지 않고, 한 자리에 다른 소식도 있을 수 있어요.',
    '값을 자르지 않아요. 전부보다 많이, 또는 0보다 적게 돌아올 수도 있어요.',
  ],
  tableName: '표의 모든 칸',
  restored: '돌아온 몫',
  layer: '레이어',
  place: '자리',
};
