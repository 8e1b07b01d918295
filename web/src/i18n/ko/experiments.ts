import type { Same } from '../same';
import type { experiments as en } from '../en/experiments';

export const experiments: Same<typeof en> = {
  experiments: '실험',
  viewList: '해 볼 실험',
  views: { why: '왜 이 단어?', lens: '로짓 렌즈', break: '꺼 보기', compare: '비교', cache: '캐시' },
  asks: {
    why: '어느 부분이 이 단어를 밀어 올리고 끌어내렸는지',
    lens: '레이어마다 거기서 끝났다면 무슨 단어를 골랐을지',
    break: '부분을 하나씩 꺼 보고 무엇이 사라지는지',
    compare: '두 문장을 나란히 놓고 어디서 갈라지는지',
    cache: '키와 밸류를 남겨 둘 때와 매번 다시 셀 때',
  },
};
