import type { Same } from '..';
import type { embedding as en } from '../en/stages-embedding';

export const embedding: Same<typeof en> = {
  title: '임베딩',
  lead: '토큰의 번호는 표에서 한 행을 고릅니다. 그 단어를 나타내는, 학습된 수 C개의 벡터입니다. 위치는 둘째 표에서 한 행을 고릅니다. 둘의 합에서 토큰의 줄이 시작합니다. 비슷하게 쓰이는 단어는 비슷한 쪽을 가리킵니다.',
  more: [
    '여기서 하는 계산은 덧셈뿐입니다. 토큰 표는 끝에서 한 번 더 쓰여, 마지막 벡터를 모든 단어와 견줍니다.',
    '두 벡터의 코사인은 같은 쪽을 가리키면 1, 아무 상관이 없으면 0입니다. 학습된 위치는 매끄러운 물결을 이루어 이웃한 위치가 서로 닮습니다. 차원을 골라 모든 위치에 걸친 물결을 보세요.',
  ],
  sum: '토큰 + 위치 = 줄의 시작',
  token: '토큰 표의 행',
  position: '위치 표의 행',
  lane: '둘의 합',
  stripOf: (what, token) => `${token}: ${what}`,
  dimension: (d) => `차원 ${d}: 토큰 + 위치`,
  cosines: '두 토큰씩의 코사인',
  cosinesNote: '위치를 뺀 토큰 벡터끼리',
  cosineGrid: '프롬프트 토큰끼리의 코사인',
  pair: (a, b, value) => `“${a}”와 “${b}”: 코사인 ${value}`,
  lengths: (a, b) => `길이 ${a}, ${b}`,
  nearest: (token) => `“${token}”에 가장 가까운 단어`,
  nearestNote: '토큰 표 전체에서 코사인이 가장 큰 것',
  nearestTable: '가장 가까운 단어',
  columns: { token: '토큰', id: 'id', cosine: '코사인' },
  waves: '위치 표',
  wavesNote: (positions, dimensions) => `가로 위치 ${positions}개, 세로 차원 ${dimensions}개, 느린 물결부터`,
  wavesName: '위치 표: 차원과 위치',
  wave: (d) => `모든 위치에 걸친 차원 ${d}`,
  waveCell: (d, position, value) => `위치 ${position}의 차원 ${d}: ${value}`,
  facts: { tokens: '토큰 표', positions: '위치 표', lane: '줄' },
};
