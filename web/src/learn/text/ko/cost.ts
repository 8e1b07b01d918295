import { count, percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Cached, Experts, Held, Linear, Tiles, Windows, Work } from '../../chapters/cost';
import { quoted } from '../../say';
import type { cost as en } from '../en/cost';

export const cost: Same<typeof en> = {
  title: '길이의 값',
  can: '어떤 모델이든 길이에 드는 값을 계산하기',
  gloss: '옛날 옛적에 한 소녀가 살았는데 …',
  teacher:
    '흔한 오해: 언제나 어텐션이 가장 비싸다. 소리 내어 물어보세요. “앞에 토큰이 하나 늘 때마다 커지는 것은 무엇이고, 그대로인 것은 무엇일까요?” 9분쯤 걸려요.',
  steps: {
    '1': {
      title: '세어 보기',
      text: '토큰 하나를 더 읽는 데 곱셈이 *L*(12*C*² + 2*Ct*) + *VC*번 들어요. 블록, 앞의 토큰 *t*개를 보는 일, 그리고 목록이에요. 글이 길어질 때 커지는 것은 2*Ct*뿐이에요.',
      ask: '컨텍스트가 가득 찼을 때, 이 모델에서 토큰 하나에 드는 일 가운데 어텐션의 2*Ct*는 얼마나 될까요?',
      then: ({ share, weights, vocabulary, half }: Work) =>
        `${percent(share)}예요. 앞에 무엇이 있든 블록의 가중치에 ${count(weights)}번, 목록에 ${count(vocabulary)}번이 들어요. 보는 일이 블록의 가중치만큼 커지는 것은 토큰 ${count(half)}개(6*C*)부터예요.`,
      labels: ['앞의 토큰 수', '어텐션의 몫'],
      caption: '토큰 하나에 드는 일에서 어텐션의 몫',
      check: {
        ask: '너비 *C*를 두 배로 하면, 보는 일이 블록 일의 절반이 되는 것은 토큰 몇 개부터일까요?',
        options: ['절반부터', '두 배부터', '그대로'],
        why: '가중치는 C²으로, 보는 일은 C로 커져요. 둘이 만나는 곳은 6C예요.',
      },
    },
    '2': {
      title: '캐시',
      text: '앞선 토큰의 키와 값은 바뀌지 않아요. [캐시](term:cache)에 남겨 두면 새 토큰의 줄만 계산하면 돼요.',
      ask: '토큰 하나를 더 쓸 때, 캐시가 없으면 있을 때보다 줄을 몇 배나 계산할까요?',
      then: ({ without, with: kept, times }: Cached) =>
        `${without}줄과 ${kept}줄, 여기서는 ${times}배예요. “10배 빨라진다”는 글이 길어질수록 계속 올라가는 선의 한 점일 뿐이에요.`,
      labels: ['캐시 없이', '캐시로'],
      caption: '토큰 하나를 더 쓰려고 계산하는 줄 수',
      check: {
        ask: '쿼리는 왜 남겨 두지 않을까요?',
        options: ['너무 커서', '바뀌니까', '지난 쿼리를 다시 쓰는 일이 없어서'],
        why: '쿼리는 자기 줄에서 한 번만 써요. 키와 값은 뒤의 모든 줄이 써요.',
      },
    },
    '3': {
      title: '캐시의 메모리',
      text: '[캐시](term:cache)는 토큰마다, 블록과 헤드마다 키와 값을 하나씩 담아요. 헤드끼리 나눠 쓸 수도 있어요. 묶음으로 나눠 쓰거나(GQA), 모두 하나를 쓰거나(MQA).',
      ask: ({ context }: Held) => `숫자 하나에 2바이트라면, 토큰 ${count(context)}개의 캐시는 몇 MB일까요?`,
      then: ({ megabytes, rows, bits }: Held) =>
        `${megabytes.toFixed(1)} MB예요. 한 묶음으로 하면 ${(rows.at(-1)!.bytes / 1e6).toFixed(1)} MB. 이 모델의 키와 값을 평균 내어 합치면 목록이 ${bits.map(({ groups, bits: moved }) => `${moved.toFixed(1)}비트(${groups}묶음)`).join(', ')}만큼 움직여요. 이 모델은 그렇게 훈련되지 않았고, 그런 모델은 그렇게 훈련돼요.`,
      labels: ['묶음'],
      caption: '키와 값의 묶음 수에 따른 캐시의 크기',
      check: {
        ask: 'MQA가 가장 많이 아끼는 것은 무엇일까요?',
        options: ['곱셈', '메모리와 그것을 읽는 일', 'MLP의 파라미터'],
        why: '쿼리는 여전히 모든 키를 만나요. 하지만 남겨 두고 토큰마다 읽어야 할 키와 값이 줄어요.',
      },
    },
    '4': {
      title: '창',
      text: '토큰마다 최근 *w*개만 보면 일이 *n*²이 아니라 *n·w*로 커져요. 그래도 블록 *L*개를 지나면 소식은 *L*(*w* − 1)개 앞까지 올 수 있어요.',
      ask: ({ favourite }: Windows) => `*w*가 얼마일 때부터 ${quoted(favourite)}가 계속 1등일까요?`,
      then: ({ least, lists, layers }: Windows) =>
        `${lists.length}개 가운데 *w* = ${least}부터예요. 블록 ${layers}개를 지나면 ${layers * Math.max(0, least - 1)}개 앞까지 닿을 수 있어요. 소식을 전하는 법을 배웠다면요.`,
      labels: ['w ='],
      caption: '창으로 본 목록',
      check: {
        ask: '창은 그대로 두고 글이 열 배 길어지면, 보는 일은 모두 얼마나 늘까요?',
        options: ['열 배', '백 배', '그대로'],
        why: 'n·w에서 w가 그대로면 n만큼 늘어요. 창이 없으면 n², 백 배예요.',
      },
    },
    '5': {
      title: '선형 어텐션',
      text: 'e^(q·k) 대신 φ(q)·φ(k)를 쓰면 앞선 키들의 합만 남겨 두면 되고, *n* × *n* 표가 필요 없어요. GPT-2는 이렇게 훈련되지 않았어요. 여기서는 계산만 보여 줘요.',
      ask: '크기가 *D*인 헤드에서, 길이 *T*가 얼마일 때부터 일이 줄어들까요?',
      options: ['언제나', 'T > D쯤부터', 'T > D²쯤부터'],
      then: ({ size, apart }: Linear) =>
        `보는 일은 토큰마다 *T·D*, 남겨 둔 합은 *D·D*예요. T = D = ${size}에서 같아져요. 이 헤드의 벡터로 해 보면 몫이 소프트맥스와 ${percent(apart)}만큼 달라요.`,
      caption: '마지막 토큰의 선형 몫. 테두리는 소프트맥스',
      check: {
        ask: '무엇을 잃을까요?',
        options: ['속도', '한 토큰을 또렷이 보는 눈', '순서'],
        why: 'e의 거듭제곱은 큰 차이를 더 크게 만들어요. φ는 그러지 않아서 몫이 평평해요.',
      },
    },
    '6': {
      title: '타일로(FlashAttention)',
      text: '점수 표를 통째로 메모리에 둘 필요는 없어요. 키를 몇 개씩 타일로 나누고, 지금까지의 최댓값과 합과 출력만 들고 가면 돼요.',
      ask: '결과는 정확할까요, 어림일까요?',
      options: ['반올림을 빼면 정확해요', '어림이에요'],
      then: ({ difference, tokens, tile, length }: Tiles) =>
        `이 헤드의 키 ${tokens}개를 ${tile}개씩 나눠 해 봤어요. 길이 ${length.toFixed(2)}인 벡터에서 차이는 ${difference.toExponential(0)}예요. 더하는 순서만 달라요.`,
      check: {
        ask: '시간과 메모리 가운데 어느 쪽의 차수가 줄까요?',
        options: ['시간', '메모리', '둘 다'],
        why: '모든 짝을 곱하니 시간은 여전히 n²이에요. 하지만 한 번에 n × n이 아니라 타일 하나만 들고 있어요.',
      },
    },
    '7': {
      title: '전문가 섞기',
      text: '전문가 섞기(MoE)는 [MLP](term:mlp)를 여럿 나란히 두고 토큰마다 몇 개만 지나게 해요. 여기서는 이 MLP의 뉴런을 여덟 묶음으로 나누고 가장 많이 쓰는 둘만 남겨요. GPT-2는 이렇게 훈련되지 않았어요.',
      ask: '둘만 남기면 써넣는 것의 길이가 얼마나 남을까요?',
      then: ({ kept }: Experts) =>
        `${percent(kept)}예요. 어느 둘인지 알려고 여덟을 모두 계산했어요. 진짜 라우터는 벡터를 보고 미리 맞히고, 그러도록 훈련돼요.`,
      caption: '묶음마다 써넣는 것의 길이',
      check: {
        ask: '이런 모델에서 전문가란 무엇일까요?',
        options: ['모델 하나', '법률 같은 분야', '블록 안의 MLP 하나'],
        why: '어텐션과 나머지는 함께 써요. 그리고 무엇의 전문가가 될지 아무도 정해 주지 않아요.',
      },
    },
  },
};
