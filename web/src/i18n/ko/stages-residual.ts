import type { Same } from '..';
import type { residual as en } from '../en/stages-residual';

export const residual: Same<typeof en> = {
  title: '잔차 스트림',
  lead: '토큰마다 모델 전체를 가로지르는 잔차 스트림이 하나씩 있어요. 여기 쓰인 것은 절대 지워지거나 바뀌지 않아요. 어텐션과 MLP는 저마다 사본을 읽고 답을 더할 뿐이에요. 그래서 끝에 도착하는 벡터는 임베딩과 위치, 그리고 지나오면서 더해진 모든 것의 합이에요.',
  more: [
    '합이기 때문에 누가 얼마나 보탰는지 따져 볼 수 있어요. 막대는 각각이 마지막 벡터의 방향으로 얼마나 나아갔는지를 보여 줘요. 반대 방향은 음수로 세고, 모두 더하면 정확히 마지막 벡터의 길이가 돼요.',
    '선은 한 번 더해질 때마다 벡터가 얼마나 길어지는지를 보여 줘요. 대체로 계속 길어져요. 첫 토큰은 어텐션이 쉬어 가는 자리라서 다른 토큰보다 훨씬 길어지곤 해요.',
  ],
  history: '누가 무엇을 더했고, 벡터는 얼마나 길어졌나',
  historyName: (token) => `${token}의 잔차 스트림에 각각이 더한 길이`,
  written: '더한 길이',
  length: '스트림의 길이',
  along: '마지막 벡터에 대한 각각의 기여',
  alongNote: (total) => `마지막 벡터 방향으로 잰 길이 · 모두 더하면 그 길이인 ${total}`,
  alongName: (token) => `${token}의 마지막 벡터에 각각이 기여한 길이`,
  lane: '한 번 더해질 때마다의 스트림',
  laneAdded: '각각이 더한 벡터',
  added: '더한 벡터만 보기',
  laneName: (token) => `${token}의 잔차 스트림, 더할 때마다 한 행`,
  dimension: (d) => `${d}번 차원: 각각의 기여`,
  block: (l) => `${l}번 블록, 들어갈 때부터 나올 때까지`,
  pre: '들어갈 때',
  mid: '어텐션 후',
  post: '나올 때',
  embed: '토큰',
  position: '위치',
  attention: (l) => `L${l} attn`,
  mlp: (l) => `L${l} mlp`,
  writer: '쓴 곳',
  facts: { lane: '줄', writers: '쓰는 곳', blocks: '블록' },
  twoPerBlock: (n) => `${n}곳 (토큰, 위치, 블록마다 둘)`,
};
