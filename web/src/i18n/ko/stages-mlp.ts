import type { Same } from '..';
import type { mlp as en } from '../en/stages-mlp';

export const mlp: Same<typeof en> = {
  title: 'MLP',
  lead: '헤드가 토큰 사이로 정보를 옮기고 나면, 이제 토큰은 저마다 혼자 생각해요. 벡터에 가중치를 곱해 네 배 많은 뉴런으로 펼치고, 뉴런마다 매끄러운 문턱을 거쳐 누르거나 통과시켜요. 남은 값에 다시 가중치를 곱해 원래 크기로 접은 뒤 잔차 스트림에 더해요.',
  more: [
    '뉴런은 정규화된 토큰 벡터가 뉴런의 입력 가중치와 같은 방향을 가리킬 때 켜져요. 이때 쓰는 방향은 늘 같아요. 바로 출력 가중치이고, 길이만 달라져요. 그 방향을 언임베딩으로 읽어 보면 어떤 단어의 로짓은 올라가고 어떤 단어는 내려가요. 뒤의 층과 마지막 정규화를 건너뛴 것이라 예측이 아니라 실마리로만 봐 주세요.',
    '문턱은 GELU예요. x에, 정규분포에서 x보다 작은 쪽이 차지하는 비율을 곱해요. GPT-2는 tanh 근사를 써요. 음수 입력은 0으로 잘리지 않고 0에 가까워지도록 휘며, -0.75 근처에서 가장 낮은 -0.17이 돼요.',
  ],
  flow: '펼치고, 거르고, 접기',
  input: '정규화된 입력',
  pre: 'GELU 전',
  post: 'GELU 후',
  output: '잔차 스트림에 더하는 벡터',
  stripOf: (what, token) => `${token}의 ${what}`,
  curve: 'GELU 곡선 위에 놓인 이 토큰의 뉴런',
  curveName: (on, all) => `이 토큰의 뉴런 ${all}개를 올린 GELU 곡선, 0보다 큰 것 ${on}개`,
  point: (n, pre, post) => `${n}번 뉴런: 들어온 값 ${pre}, 나간 값 ${post}`,
  onCount: (on, all, share) =>
    `뉴런 ${all}개 중 ${on}개가 0보다 큼 · 가장 강한 10개가 쓴 길이가 전체의 ${share}`,
  strongest: '가장 강한 뉴런',
  strongestNote: '|활성값| × 출력 가중치의 길이 · 단어는 언임베딩으로 읽은 것',
  table: '가장 강한 뉴런',
  columns: {
    neuron: '뉴런',
    pre: '입력',
    post: '출력',
    written: '쓴 길이',
    up: '올리는 단어',
    down: '내리는 단어',
  },
  up: (n) => `${n}번 뉴런: 입력 × 가중치`,
  down: (c) => `출력의 ${c}번 차원: 뉴런마다 값 × 가중치`,
  upTerm: (c, x, w) => `${c}번 차원: ${x} × ${w}`,
  downTerm: (f, x, w) => `${f}번 뉴런: ${x} × ${w}`,
  choose: '띠나 곡선, 목록에서 뉴런을, 마지막 띠에서 차원을 골라 보세요.',
  weightsOf: (n) => `${n}번 뉴런의 가중치: 입력(위)과 출력(아래)`,
  weightsIn: (n) => `${n}번 뉴런의 입력 가중치`,
  weightsOut: (n) => `${n}번 뉴런의 출력 가중치`,
  facts: { up: '펼치기', down: '접기', activation: 'GELU' },
  exact: '정확한 식',
  tanh: 'tanh 근사',
};
