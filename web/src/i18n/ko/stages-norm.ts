import type { Same } from '..';
import type { norm as en } from '../en/stages-norm';

export const norm: Same<typeof en> = {
  titles: { ln1: '어텐션 앞의 LayerNorm', ln2: 'MLP 앞의 LayerNorm', ln_final: '마지막 LayerNorm' },
  lead: {
    ln1: '토큰의 줄에는 크기가 제각각인 수가 흐릅니다. 헤드가 읽기 전에 사본을 만들어 평균은 0, 퍼짐은 1이 되게 맞추고, 차원마다 학습된 이득과 편향을 줍니다. 줄 자체는 그대로이고 사본만 정규화됩니다.',
    ln2: '어텐션이 제 몫을 더한 뒤, MLP가 읽기 전에 줄의 사본을 다시 가운데로 옮기고 크기를 맞춥니다. 줄 자체는 그대로이고 사본만 정규화됩니다.',
    ln_final:
      '마지막 블록 뒤에 한 번 더 가운데로 옮기고 크기를 맞춥니다. 그 결과를 어휘의 모든 단어와 견줍니다.',
  },
  more: [
    '퍼짐은 분산에 아주 작은 ε을 더한 것의 제곱근입니다. ε은 0이 되는 것을 막습니다. 엔진의 텐서 hook_scale이 토큰마다 이 값을 담고 있습니다.',
    '학습된 GPT-2에는 다른 것보다 훨씬 커지는 차원이 몇 개 있고, 특히 첫 토큰에서 그렇습니다. 분산의 대부분이 거기서 나오며, 그런 차원의 이득은 대개 작아서 나머지를 덮지 않습니다.',
  ],
  steps: '한 단계씩',
  before: '줄에서 온 x',
  centred: '(x - 평균) / 퍼짐',
  gain: '이득',
  bias: '편향',
  after: '이득과 편향을 준 뒤',
  histogramBefore: '앞의 값',
  histogramAfter: '뒤의 값',
  mean: '평균',
  histogramName: (what, token) => `${token}: ${what} 히스토그램`,
  arithmetic: (d) => `차원 ${d}을(를) 제 숫자로`,
  variance: '분산',
  scale: '퍼짐',
  of: (what, token) => `${token}의 ${what}`,
  minusMean: '- 평균',
  overScale: '÷ 퍼짐',
  timesGain: '× 이득',
  plusBias: '+ 편향',
  all: '모든 토큰의 평균과 퍼짐',
  table: '토큰별 평균과 퍼짐',
  columns: { token: '토큰', mean: '평균', scale: '퍼짐', bar: '퍼짐' },
  facts: { input: 'x', epsilon: 'ε' },
};
