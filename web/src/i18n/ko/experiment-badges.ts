import type { Same } from '../same';
import type { badges as en } from '../en/experiment-badges';

/** 헤드가 하는 일, 점수로 보기. */
export const badges: Same<typeof en> = {
  title: '시선으로 본, 헤드가 하는 일',
  onText: '이 글에서',
  onTest: '두 번 말한 무작위 토큰에서',
  names: {
    previous: '바로 앞 단어',
    first: '첫 단어',
    self: '자기 자신',
    duplicate: '앞에 나온 같은 단어',
    induction: '전에 그 뒤에 온 단어',
    broad: '골고루',
    mixed: '섞임',
  },
  head: '헤드',
  none: '없음',
  least: (value) => `${value}부터 이름 붙이기`,
  run: '표준 검사 하기',
  aside: '첫 단어 빼고 보기',
  count: (n, what) => `${what}: ${n}개`,
  noInduction: '무작위 토큰에서 인덕션 헤드로 볼 만한 헤드가 이 모델에는 없어요.',
  note: '어디를 보았는지일 뿐, 이유는 아니에요. “골고루”는 0.9부터, 다른 이름이 없을 때만 붙여요. 점수는 둘째 단어부터 평균한 값이에요. TransformerLens는 모든 단어로 나눠서, 되풀이되는 단어가 적으면 더 낮게 나와요. 표준 검사에는 시작 토큰이 없고, 무작위 토큰 50개를 두 번씩 네 벌 써요.',
};
