import { count, percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Added, Dropped, Lengths, Neurons, Normed, Silent } from '../../chapters/block';
import { quoted } from '../../say';
import type { block as en } from '../en/block';

export const block: Same<typeof en> = {
  title: '블록 안에서',
  can: '더하기가 제자리에 있는 블록 그림 그리기',
  gloss: '해는 동쪽에서 떠서 …으로 져요.',
  teacher:
    '흔한 오해: 블록마다 앞 블록이 쓴 것을 갈아치운다. 소리 내어 물어보세요. “앞 블록이 꼭 있어야 한다면, 어떻게 하나를 빼도 돌아갈까요?” 8분쯤 걸려요.',
  steps: {
    '1': {
      title: '더하기만 해요',
      text: '토큰은 숫자 한 줄을 들고 모델을 지나요. 이것이 [잔차 스트림](term:residual)이에요. [어텐션](term:attention)과 [MLP](term:mlp)는 여기에 *더하기만* 해요. 덮어쓰는 일은 없어요.',
      ask: ({ layer }: Added) =>
        `${layer}번 블록에서 어텐션이 더하는 벡터의 길이는, 더해지기 전 스트림 길이의 얼마쯤일까요?`,
      then: ({ before, attention, mlp, after }: Added) =>
        `${percent(attention / before)}. 길이가 ${before.toFixed(1)}인 스트림에 길이 ${attention.toFixed(1)}만큼을 더해요. 이어서 MLP가 ${mlp.toFixed(1)}만큼을 더해요. 방향이 서로 달라서 길이끼리 그냥 더해지지는 않아요. 다 더한 길이: ${after.toFixed(1)}.`,
      labels: ['더하기 전', '어텐션이 더함', 'MLP가 더함', '더한 뒤'],
      caption: '마지막 토큰이 가진 벡터들의 길이',
      check: {
        ask: '스트림의 숫자 하나가 3이에요. 어텐션이 2를, MLP가 −4를 더하면 얼마가 될까요?',
        options: ['−4', '1', '5'],
        why: '3 + 2 − 4 = 1이에요. 숫자 하나하나에 대해 이것이 규칙의 전부예요.',
      },
    },
    '2': {
      title: '한 부분이 쉬면',
      text: '더하기만 하니까 하나를 빼도 나머지는 돌아가요. 이제 [MLP](term:mlp)를 하나씩 [꺼](term:knockout) 볼게요.',
      ask: '이 가운데 없으면 가장 아쉬운 MLP는 어느 것일까요?',
      then: ({ bits, worst, said, bag }: Silent) =>
        `모두 가운데 MLP ${worst}이에요. 답에서 ${bits[worst]!.toFixed(2)}비트 멀어지고, 1등은 ${quoted(said)}. 반대로 *어텐션을 모두* 빼면 1등은 ${quoted(bag)}. 마지막 낱말밖에 모르게 되거든요.`,
      caption: 'MLP를 하나씩 뺐을 때 목록이 움직인 정도(비트)',
      check: {
        ask: '어떻게 한 부분을 뺄 수 있을까요?',
        options: ['스트림이 그 옆을 지나가니까', '다른 것의 복사본이라서', '훈련된 적이 없어서'],
        why: '모든 부분은 스트림 옆에 서 있어요. 없으면 스트림은 그대로 지나가요.',
      },
    },
    '3': {
      title: '레이어 정규화',
      text: '한 부분이 스트림을 읽기 전에 [레이어 정규화](term:layernorm)가 *토큰 하나*의 숫자들에서 평균을 빼고 표준편차로 나눠요. 글 전체에 걸쳐 하는 것도, 훈련 때만 하는 것도 아니에요.',
      ask: '그러고 나면 토큰의 숫자들은 평균과 표준편차가 얼마일까요?',
      options: ['0과 1', '토큰마다 달라요', '그대로예요'],
      then: ({ mean, deviation, newMean, newDeviation, width }: Normed) =>
        `숫자 ${width}개의 평균과 표준편차가 ${mean.toFixed(2)}, ${deviation.toFixed(2)}에서 ${Math.abs(newMean).toFixed(2)}, ${newDeviation.toFixed(2)}로 바뀌었어요. 그다음 숫자마다 배운 수를 곱하고 더해요.`,
      labels: ['평균(전)', '표준편차(전)', '평균(후)', '표준편차(후)'],
      caption: '마지막 토큰의 전과 후',
      check: {
        ask: '방향은 같고 길이가 두 배인 두 벡터가 있어요. 정규화하면 어떻게 될까요?',
        options: ['여전히 두 배', '절반', '같아져요'],
        why: '평균도 표준편차도 두 배라서, 나누면 두 배가 사라져요.',
      },
    },
    '4': {
      title: '앞에 또는 뒤에',
      text: '2017년에는 더한 *뒤에* 정규화했어요: LN(x + f(x)). GPT-2는 *읽을 것만* 정규화해요: x + f(LN(x)). 스트림 자체는 건드리지 않아요.',
      ask: '둘 가운데 블록을 지날수록 스트림이 길어질 수 있는 것은 어느 쪽일까요?',
      options: ['GPT-2의 x + f(LN(x))', '2017년의 LN(x + f(x))', '둘 다 아니에요'],
      then: ({ first, last }: Lengths) =>
        `GPT-2 쪽이에요. 여기서는 ${first.toFixed(1)}에서 ${last.toFixed(1)}까지 길어졌어요. 더한 뒤에 정규화하면 블록이 끝날 때마다 길이가 같아져요.`,
      labels: ['블록', '길이'],
      caption: '마지막 토큰의 스트림 길이',
      check: {
        ask: '첫 블록에서 마지막 블록까지 손대지 않은 길이 이어지는 것은 어느 쪽일까요?',
        options: ['LN(x + f(x))', 'x + f(LN(x))', '둘 다'],
        why: 'x만 따라가 보세요. x + f(LN(x))에서는 더하기만 만나요. 다른 쪽은 블록마다 크기를 바꿔요.',
      },
    },
    '5': {
      title: 'MLP',
      text: '[MLP](term:mlp)는 토큰마다 따로 일해요. [뉴런](term:neuron)을 네 배로 늘리고, 구부리고([GELU](term:gelu)), 다시 줄여요.',
      ask: '마지막 블록에서 이 토큰의 뉴런 가운데 0에서 0.1보다 멀리 있는 것은 얼마나 될까요?',
      then: ({ loud, inner, top }: Neurons) =>
        `${count(inner)}개의 ${percent(loud)}예요. 가장 큰 것은 뉴런 ${top[0]!.neuron}, ${top[0]!.value.toFixed(2)}. 음수는 거의 막혀서 많은 뉴런이 0 근처에 있어요.`,
      caption: '값이 가장 큰 뉴런 여덟',
      check: {
        ask: '구부리지 않으면 이어진 행렬 두 개는 …',
        options: ['두 배로 세져요', '행렬 하나와 같아요', '훈련할 수 없어요'],
        why: '곧은 단계 둘을 이으면 곧은 단계 하나예요. 사이에서 구부려야 MLP가 더 많은 일을 해요.',
      },
    },
    '6': {
      title: '드롭아웃은 훈련 때만',
      text: '많은 모델이 드롭아웃으로 훈련됐어요. 걸음마다 숫자 가운데 *p*만큼을 0으로 만들고, 남은 것을 1 − *p*로 나눠요. 이 토큰의 뉴런으로 보여 줄게요. GPT-2는 읽을 때 이런 일을 하지 않아요.',
      ask: '이렇게 100번 뽑아 평균을 내면, 손대지 않은 수와 비교해 어떨까요?',
      options: ['더 작아요', '같아요', '더 커요'],
      then: ({ last }: Dropped) =>
        `${percent(last)}예요. 한 번 한 번은 빗나가도 평균은 그렇지 않아요. 1 − p로 나누는 까닭이죠. 그래서 나중에 드롭아웃을 빼도 크기를 맞출 필요가 없어요.`,
      labels: ['뽑은 횟수', '손대지 않은 합에 대한 평균'],
      caption: '평균이 자리를 잡아요, p = 0.1',
      check: {
        ask: '드롭아웃은 무엇을 0으로 만들까요?',
        options: ['가중치', '지나가는 숫자', '토큰'],
        why: '가중치는 그대로예요. 훈련 걸음마다 다른 활성값이 지워져요.',
      },
    },
  },
};
