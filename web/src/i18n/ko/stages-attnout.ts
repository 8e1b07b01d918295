import type { Same } from '..';
import type { attnOut as en } from '../en/stages-attnout';

export const attnOut: Same<typeof en> = {
  title: '헤드 모으기: Wₒ',
  lead: '헤드들은 나란히, 저마다 D개의 수만 가지고 일했습니다. Wₒ는 헤드마다 줄에 쓰는 방법을 따로 줍니다. H개의 결과를 Wₒ의 제 조각과 곱해 모두 더하면 토큰마다 벡터 하나가 되고, 그것이 줄에 더해집니다.',
  more: [
    '헤드의 결과를 이어 붙여 한 번에 곱하는 것과, 저마다 Wₒ의 제 행과 곱해 더하는 것은 같습니다. 여기서는 뒤의 방식으로 보입니다. 그래야 헤드마다 얼마를 썼는지 알 수 있기 때문입니다. 몫은 엔진의 z와 가중치로 이 화면에서 계산하고, 그 합을 엔진의 hook_attn_out과 견줍니다.',
    '어떤 헤드가 길게 써도 다른 헤드가 지울 수 있습니다. 그래서 헤드마다 두 수를 둡니다. 쓴 길이와, 그것이 합의 방향으로 간 거리입니다. 뒤의 것을 모두 더하면 합의 길이가 됩니다.',
  ],
  heads: '헤드마다 쓴 것',
  headsNote: '헤드의 z × Wₒ의 제 조각, 한 행이 헤드 하나, 눌러서 고르기',
  headsName: (token) => `${token} 자리에 모든 헤드가 보탠 것`,
  head: (h) => `헤드 ${h}`,
  bias: '편향',
  sum: '엔진이 낸 합',
  length: '길이',
  along: '합의 방향으로',
  cosine: '코사인',
  direction: '합의 방향으로 간 길이',
  directionNote: (total) => `모두 더하면 ${total}, 더해지는 벡터의 길이`,
  directionName: (token) => `${token} 자리에서 헤드마다 합의 방향으로 간 길이`,
  dimension: (c) => `차원 ${c}: 헤드마다의 몫`,
  opened: (h, c) => `헤드 ${h}의 차원 ${c}: z × Wₒ`,
  term: (d, z, w) => `z의 차원 ${d}: ${z} × ${w}`,
  all: '자리마다 어느 헤드가 얼마나 썼나',
  allNote: 'z_h Wₒ의 길이, 한 행이 토큰 하나, 한 열이 헤드 하나',
  allName: '토큰마다 헤드마다 쓴 길이',
  allCell: (token, head, value) => `${token}, 헤드 ${head}: ${value}`,
  facts: { z: '모든 헤드의 z', weights: 'Wₒ', output: '쓴 것' },
};
