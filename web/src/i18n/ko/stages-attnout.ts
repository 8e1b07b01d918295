import type { Same } from '..';
import type { attnOut as en } from '../en/stages-attnout';

export const attnOut: Same<typeof en> = {
  title: '헤드 합치기: Wₒ',
  lead: '헤드들은 나란히, 저마다 D개의 수만 가지고 일했어요. Wₒ는 헤드마다 잔차 스트림에 쓰는 방법을 따로 정해 줘요. H개 헤드의 결과에 각자 맡은 Wₒ 조각을 곱해 모두 더하면 토큰마다 벡터 하나가 나오고, 그것이 잔차 스트림에 더해져요.',
  more: [
    '헤드의 결과를 이어 붙여 한 번에 곱하는 것과, 헤드마다 Wₒ의 해당 행을 곱해 더하는 것은 결과가 같아요. 여기서는 뒤의 방식으로 보여 줘요. 그래야 헤드마다 얼마나 썼는지 알 수 있어요. 각 헤드의 기여는 엔진의 z와 가중치로 이 화면에서 계산하고, 그 합을 엔진의 hook_attn_out과 비교해요.',
    '어떤 헤드가 긴 벡터를 써도 다른 헤드가 지울 수 있어요. 그래서 헤드마다 수를 두 개 적어요. 하나는 쓴 벡터의 길이이고, 다른 하나는 그 벡터가 합의 방향으로 나아간 길이예요. 두 번째 수를 모두 더하면 합의 길이가 돼요.',
  ],
  heads: '헤드마다 쓴 벡터',
  headsNote: '헤드의 z × Wₒ의 해당 조각 · 한 행이 헤드 하나, 눌러서 고르기',
  headsName: (token) => `${token} 위치에서 헤드마다 출력에 더한 벡터`,
  head: (h) => `${h}번 헤드`,
  bias: '편향',
  sum: '엔진이 계산한 합',
  length: '길이',
  along: '합의 방향으로',
  cosine: '코사인',
  direction: '합의 방향으로 나아간 길이',
  directionNote: (total) => `모두 더하면 ${total}: 더해지는 벡터의 길이`,
  directionName: (token) => `${token} 위치에서 헤드마다 합의 방향으로 나아간 길이`,
  dimension: (c) => `${c}번 차원: 헤드별 기여`,
  opened: (h, c) => `${h}번 헤드, ${c}번 차원: z × Wₒ`,
  term: (d, z, w) => `z의 ${d}번 차원: ${z} × ${w}`,
  all: '위치마다 어느 헤드가 얼마나 썼나',
  allNote: 'z_h Wₒ의 길이 · 한 행이 토큰 하나, 한 열이 헤드 하나',
  allName: '토큰과 헤드별로 쓴 길이',
  allCell: (token, head, value) => `${token}, ${head}번 헤드: ${value}`,
  facts: { z: '모든 헤드의 z', weights: 'Wₒ', output: '출력' },
  headAxis: '헤드',
  lengthScale: '쓴 길이',
};
