import type { Same } from '..';
import type { residual as en } from '../en/stages-residual';

export const residual: Same<typeof en> = {
  title: '잔차 흐름',
  lead: '토큰마다 모델 전체를 가로지르는 줄이 하나 있습니다. 그 위의 것은 결코 바뀌지 않습니다. 어텐션과 MLP는 저마다 사본을 읽고 답을 더할 뿐입니다. 끝에 닿는 것은 임베딩과 위치, 그리고 오는 길에 쓰인 모든 것의 합입니다.',
  more: [
    '합이기 때문에 누가 얼마를 보탰는지 물을 수 있습니다. 막대는 저마다 마지막 벡터 쪽으로 얼마나 갔는지를 보여 줍니다. 반대쪽은 음수로 세며, 모두 더하면 정확히 마지막 벡터의 길이가 됩니다.',
    '선은 한 번 쓸 때마다 줄의 벡터가 얼마나 긴지를 보여 줍니다. 대개 길어지며, 첫 토큰은 주목이 쉬어 가는 자리라서 다른 것보다 훨씬 길어지곤 합니다.',
  ],
  history: '누가 무엇을 썼고, 줄은 얼마나 길어졌나',
  historyName: (token) => `${token}의 줄에 저마다 쓴 길이`,
  written: '쓴 길이',
  length: '줄의 길이',
  along: '마지막 벡터에서 저마다의 몫',
  alongNote: (total) => `마지막 벡터 방향의 길이, 모두 더하면 그 길이 ${total}`,
  alongName: (token) => `${token}의 마지막 벡터에 저마다 보탠 것`,
  lane: '한 번 쓸 때마다의 줄',
  laneAdded: '저마다 더한 것',
  added: '더한 것만 보기',
  laneName: (token) => `${token}의 잔차 흐름, 한 행이 한 번 쓰기`,
  dimension: (d) => `차원 ${d}: 저마다의 몫`,
  block: (l) => `블록 ${l}, 들어갈 때부터 나올 때까지`,
  pre: '들어갈 때',
  mid: '어텐션 뒤',
  post: '나올 때',
  embed: '토큰',
  position: '위치',
  attention: (l) => `L${l} attn`,
  mlp: (l) => `L${l} mlp`,
  writer: '쓴 곳',
  facts: { lane: '줄', writers: '쓰는 곳', blocks: '블록' },
  twoPerBlock: (n) => `${n}곳 (토큰, 위치, 블록마다 둘)`,
};
