import type { Same } from '..';
import type { norm as en } from '../en/stages-norm';

export const norm: Same<typeof en> = {
  titles: { ln1: '어텐션 앞의 LayerNorm', ln2: 'MLP 앞의 LayerNorm', ln_final: '마지막 LayerNorm' },
  lead: {
    ln1: '토큰마다 잔차 스트림에는 크기가 제각각인 수가 들어 있어요. 헤드가 읽기 전에 사본을 만들어 평균은 0, 표준편차는 1이 되게 맞추고, 차원마다 학습된 배율을 곱하고 편향을 더해요. 정규화하는 것은 사본뿐이고 잔차 스트림 자체는 그대로예요.',
    ln2: '어텐션이 결과를 더한 뒤, MLP가 읽기 전에 잔차 스트림의 사본을 다시 정규화해요. 정규화하는 것은 사본뿐이고 잔차 스트림 자체는 그대로예요.',
    ln_final: '마지막 블록을 지난 뒤 한 번 더 정규화해요. 그 결과를 어휘의 모든 단어와 비교해요.',
  },
  more: [
    '표준편차는 분산에 아주 작은 수 ε을 더해 제곱근을 구한 값이에요. ε은 이 값이 0이 되지 않게 막아 줘요. 엔진의 텐서 hook_scale에 토큰마다 이 값이 들어 있어요.',
    '학습된 GPT-2에는 다른 것보다 훨씬 커지는 차원이 몇 개 있고, 첫 토큰에서 특히 그래요. 분산의 대부분이 그런 차원에서 나와요. 그런 차원의 배율은 대개 작아서 나머지 차원을 덮어 버리지는 않아요.',
  ],
  steps: '한 단계씩',
  before: '잔차 스트림에서 온 x',
  centred: '(x - 평균) / 표준편차',
  gain: '배율',
  bias: '편향',
  after: '배율과 편향을 적용한 값',
  histogramBefore: '정규화 전의 값',
  histogramAfter: '정규화 후의 값',
  mean: '평균',
  histogramName: (what, token) => `${token}: ${what} 히스토그램`,
  arithmetic: (d) => `${d}번 차원을 실제 숫자로`,
  variance: '분산',
  scale: '표준편차',
  of: (what, token) => `${token}의 ${what}`,
  minusMean: '- 평균',
  overScale: '÷ 표준편차',
  timesGain: '× 배율',
  plusBias: '+ 편향',
  all: '모든 토큰의 평균과 표준편차',
  table: '토큰별 평균과 표준편차',
  columns: { token: '토큰', mean: '평균', scale: '표준편차', bar: '표준편차' },
  facts: { input: 'x', epsilon: 'ε' },
  symbols: {
    x: '한 토큰의 잔차 스트림 사본',
    'μ, σ²': '그 수 C개의 평균과 분산',
    ε: '0으로 나누지 않게 하는 아주 작은 수',
    'g, b': '차원마다 학습된 배율과 편향',
    '⊙': '같은 자리의 수끼리 곱함',
  },
};
