import type { Same } from '..';
import type { mlp as en } from '../en/stages-mlp';

export const mlp: Same<typeof en> = {
  title: 'MLP',
  lead: '헤드가 토큰 사이로 정보를 옮기고 나면, 토큰은 저마다 혼자 생각합니다. 벡터를 네 배 많은 뉴런으로 곱해 펼치고, 뉴런마다 매끄러운 문턱으로 누르거나 통과시킨 뒤, 남은 것을 다시 곱해 접어 토큰의 줄에 더합니다.',
  more: [
    '뉴런은 정규화된 토큰 벡터가 자기 입력 가중치와 같은 쪽을 가리킬 때 켜집니다. 그때 쓰는 방향은 늘 같은 출력 가중치이고 길이만 달라집니다. 이 방향을 언임베딩으로 읽으면 어떤 단어의 로짓은 올라가고 어떤 것은 내려갑니다. 뒤의 층과 마지막 정규화를 건너뛴 것이니 예측이 아니라 실마리로 보아야 합니다.',
    '문턱은 GELU입니다. x에, 정규분포에서 x보다 작은 쪽의 비율을 곱합니다. GPT-2는 tanh 근사를 씁니다. 음수 입력은 0으로 잘리지 않고 0 쪽으로 휘며, -0.75쯤에서 가장 낮은 -0.17이 됩니다.',
  ],
  flow: '펼치고, 휘고, 접기',
  input: '정규화된 입력',
  pre: 'GELU 전',
  post: 'GELU 후',
  output: '줄에 더하는 것',
  stripOf: (what, token) => `${token}의 ${what}`,
  curve: '곡선 위의 이 토큰 뉴런들',
  curveName: (on, all) => `이 토큰의 뉴런 ${all}개를 얹은 GELU 곡선, 0보다 큰 것 ${on}개`,
  point: (n, pre, post) => `뉴런 ${n}: 들어온 값 ${pre}, 나간 값 ${post}`,
  onCount: (on, all, share) =>
    `뉴런 ${all}개 중 ${on}개가 0보다 큼 · 가장 센 10개가 쓴 길이가 전체의 ${share}`,
  strongest: '가장 센 뉴런',
  strongestNote: '|활성값| × 출력 가중치의 길이 · 단어는 언임베딩으로 읽은 것',
  table: '가장 센 뉴런',
  columns: { neuron: '뉴런', pre: '입력', post: '출력', written: '쓴 길이', up: '올림', down: '내림' },
  up: (n) => `뉴런 ${n}: 입력 × 가중치`,
  down: (c) => `쓴 벡터의 차원 ${c}: 뉴런마다 값 × 가중치`,
  upTerm: (c, x, w) => `차원 ${c}: ${x} × ${w}`,
  downTerm: (f, x, w) => `뉴런 ${f}: ${x} × ${w}`,
  choose: '띠나 곡선이나 목록에서 뉴런을, 마지막 띠에서 차원을 고르세요.',
  weightsOf: (n) => `뉴런 ${n}의 가중치: 입력(위)과 출력(아래)`,
  weightsIn: (n) => `뉴런 ${n}의 입력 가중치`,
  weightsOut: (n) => `뉴런 ${n}의 출력 가중치`,
  facts: { up: '펼침', down: '접음', activation: 'GELU' },
  exact: '정확한 식',
  tanh: 'tanh 근사',
};
