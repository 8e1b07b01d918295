import type { Same } from '../same';
import type { embedding as en } from '../en/stages-embedding';

export const embedding: Same<typeof en> = {
  title: '임베딩',
  lead: '토큰 번호는 표에서 행 하나를 골라요. 그 단어를 나타내도록 학습된 수 C개로 된 벡터예요. 위치도 두 번째 표에서 행 하나를 골라요. 둘의 합이 이 토큰의 잔차 스트림이 시작되는 값이에요. 비슷하게 쓰이는 단어는 벡터도 비슷한 방향을 가리켜요.',
  tied: '토큰 표는 끝에서 한 번 더 쓰여요. 그때는 마지막 벡터를 모든 단어와 비교해요.',
  own: '이 모델은 끝에서 마지막 벡터를 모든 단어와 비교할 때 별개의 표를 써요.',
  more: [
    '여기서 하는 계산은 덧셈뿐이에요.',
    '두 벡터의 코사인 유사도는 같은 방향을 가리키면 1, 아무 관련이 없으면 0이에요. 학습된 위치 벡터는 매끄러운 물결을 이루어, 이웃한 위치끼리 서로 닮았어요. 차원을 하나 골라 모든 위치에 걸친 물결을 살펴보세요.',
  ],
  sum: '토큰 + 위치 = 잔차 스트림의 시작',
  token: '토큰 표의 행',
  position: '위치 표의 행',
  lane: '둘의 합',
  stripOf: (what, token) => `${token}: ${what}`,
  dimension: (d) => `${d}번 차원: 토큰 + 위치`,
  cosines: '토큰 쌍마다의 코사인 유사도',
  cosinesNote: '위치를 더하기 전의 토큰 벡터끼리',
  cosineGrid: '프롬프트 토큰끼리의 코사인 유사도',
  pair: (a, b, value) => `“${a}”, “${b}”: 코사인 유사도 ${value}`,
  nearest: (token) => `“${token}”에 가장 가까운 단어`,
  nearestNote: '토큰 표 전체에서 코사인 유사도가 가장 큰 것',
  nearestTable: '가장 가까운 단어',
  columns: { token: '토큰', id: '번호', cosine: '코사인' },
  waves: '위치 표',
  wavesNote: (positions, dimensions) =>
    `가로로 위치 ${positions}개, 세로로 차원 ${dimensions}개, 느린 물결부터`,
  wavesName: '위치 표: 차원과 위치',
  wave: (d) => `모든 위치에 걸친 ${d}번 차원`,
  waveCell: (d, position, value) => `${position}번 위치의 ${d}번 차원: ${value}`,
  facts: { tokens: '토큰 표', positions: '위치 표', lane: '합' },
  pairNote: '두 벡터를 차원마다 곱한 값, 큰 것부터',
  pairName: (a, b) => `${a} 벡터와 ${b} 벡터의 곱`,
  positionAxis: '위치',
  symbols: {
    E_t: '토큰 표의 t번 행',
    P_i: '위치 표의 i번 행',
    r_i: 'i번 토큰의 잔차 스트림이 시작되는 값',
    'a, b': '두 토큰의 벡터',
    'V, C, T': '어휘, 벡터, 글의 크기',
  },
};
