import type { Same } from '../same';
import type { qkv as en } from '../en/stages-qkv';

export const qkv: Same<typeof en> = {
  title: '쿼리, 키, 밸류',
  lead: '토큰의 정규화된 벡터에 가중치 행렬 세 개를 곱해요. 쿼리는 비교하는 쪽, 키는 비교되는 쪽, 밸류는 옮겨지는 내용이고, 헤드마다 세 행렬에서 자기 조각이 따로 있어요.',
  more: [
    '세 행렬은 출력이 3C개인 행렬 하나로 저장되어 있어요. 먼저 쿼리 전부, 다음에 키 전부, 마지막에 밸류 전부가 와요. 각각을 출력 D = C / H개씩 헤드 H개로 나눠요. 나눌 때는 아무 계산도 하지 않아요. 처음 D개의 수가 헤드 0, 다음 D개가 헤드 1의 것이에요.',
    'q, k, v의 수는 모두 입력 C개에 걸친 내적에 편향을 더한 값이에요. 행렬의 행을 가리키면 그 행이 만드는 값이 보이고, 누르면 곱이 하나하나 펼쳐져요.',
  ],
  query: '쿼리',
  key: '키',
  value: '밸류',
  product: 'x × 이 헤드의 가중치',
  productNote: '위: 토큰의 입력 x · 행렬: 한 행이 출력 하나, 한 열이 입력 하나 · 오른쪽: 나온 값',
  matrix: (what, rows, columns) => `${what} 가중치, 출력 ${rows}개 × 입력 ${columns}개`,
  inputOf: (token) => `${token}의 정규화된 입력`,
  outputOf: (what, token) => `${token}의 ${what}`,
  cell: (d, c, value) => `출력 ${d}, 입력 ${c}: ${value}`,
  opened: (what, d) => `${what}의 차원 ${d}: x × 가중치`,
  term: (c, x, w) => `차원 ${c}: ${x} × ${w}`,
  split: '헤드로 나누기',
  splitNote: '한 행이 헤드 하나, 눌러서 고르기',
  splitOf: (what) => `모든 헤드의 ${what}: 헤드 고르기`,
  head: (h) => `헤드 ${h}`,
  all: '모든 토큰, 이 헤드',
  allOf: (what) => `모든 토큰의 ${what}`,
  facts: { weights: '가중치', output: 'q, k, v', heads: '나누기' },
  symbols: {
    r: '토큰의 잔차 스트림',
    LN: '바로 앞 단계인 첫째 정규화',
    'W, b': '학습된 가중치와 편향',
    C: '벡터에 든 수의 개수',
    'H, D': '헤드의 수, 헤드마다 맡은 수의 개수',
    T: '토큰의 수',
  },
};
