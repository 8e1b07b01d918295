import type { Same } from '..';
import type { qkv as en } from '../en/stages-qkv';

export const qkv: Same<typeof en> = {
  title: '쿼리, 키, 값',
  lead: '토큰마다 정규화된 벡터를 세 가중치 행렬에 곱합니다. 쿼리는 이 토큰이 무엇을 찾는지, 키는 무엇으로 찾아지는지, 값은 찾아졌을 때 무엇을 건네는지를 말합니다. 헤드는 저마다 세 행렬의 한 조각을 가지므로 서로 다른 것을 찾을 수 있습니다.',
  more: [
    '세 행렬은 출력이 3C개인 하나로 저장됩니다. 먼저 모든 쿼리, 다음에 모든 키, 그다음에 모든 값이 옵니다. 각각을 D = C / H개씩 H개 헤드로 나눕니다. 나눌 때 계산은 없습니다. 처음 D개 수가 헤드 0, 다음 D개가 헤드 1의 것입니다.',
    'q, k, v의 수는 모두 입력 C개에 걸친 내적에 편향을 더한 것입니다. 행렬의 행을 가리키면 그 행이 만드는 값이 보이고, 누르면 곱이 하나하나 펼쳐집니다.',
  ],
  query: '쿼리',
  key: '키',
  value: '값',
  product: 'x에 이 헤드의 가중치를 곱하기',
  productNote: '위: 토큰의 입력 x · 행렬: 한 행이 출력 하나, 한 열이 입력 하나 · 오른쪽: 나온 값',
  matrix: (what, rows, columns) => `${what} 가중치, 출력 ${rows} × 입력 ${columns}`,
  inputOf: (token) => `${token}의 정규화된 입력`,
  outputOf: (what, token) => `${token}의 ${what}`,
  cell: (d, c, value) => `출력 ${d}, 입력 ${c}: ${value}`,
  opened: (what, d) => `${what}의 차원 ${d}: x × 가중치`,
  term: (c, x, w) => `차원 ${c}: ${x} × ${w}`,
  split: '헤드로 나누기',
  splitNote: '한 행이 헤드 하나: 눌러서 고르기',
  splitOf: (what) => `모든 헤드의 ${what}: 헤드 고르기`,
  head: (h) => `헤드 ${h}`,
  all: '모든 토큰, 이 헤드',
  allOf: (what) => `모든 토큰의 ${what}`,
  facts: { weights: '가중치', output: 'q, k, v', heads: '나누기' },
};
