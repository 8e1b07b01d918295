import { percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Drop, Ladder, Towers, Untouched } from '../../chapters/depth';
import { quoted } from '../../say';
import type { depth as en } from '../en/depth';

export const depth: Same<typeof en> = {
  title: '층을 지나며',
  can: '로짓 렌즈를 조심해서 읽기',
  gloss: '해는 동쪽에서 떠서 …으로 져요.',
  teacher:
    '흔한 오해: 블록마다 다음 낱말을 “생각한다”. 소리 내어 물어보세요. “중간의 스트림은 누가 읽을까요?” (우리뿐이에요.) 6분쯤 걸려요.',
  steps: {
    '1': {
      title: '지금까지의 짐작',
      text: '[블록](term:block)마다 마지막 토큰의 벡터에 무언가를 더해요. 블록을 지날 때마다 그 벡터를 맨 마지막 것인 것처럼 읽어 봐요. 이것이 [로짓 렌즈](term:lens)예요.',
      ask: ({ favourite }: Ladder) =>
        `${quoted(favourite)}가 1등이 되어 끝까지 지키는 것은 몇 번 블록을 지나서일까요?`,
      then: ({ leads, favourite, guesses }: Ladder) =>
        `${leads}번 블록을 지나서예요. 가는 동안 읽히는 말: ${guesses.slice(0, 6).map(quoted).join(', ')}${guesses.length > 6 ? ' …' : ''}${guesses.at(-1) === favourite ? '' : `, 맨 끝은 ${quoted(favourite)}`}.`,
      caption: '각 블록 앞에서의 짐작과, 마지막 1등의 몫',
      check: {
        ask: '사다리의 맨 끝 줄은 무엇일까요?',
        options: ['더 좋은 모델', '모델의 답 그대로', '모든 줄의 평균'],
        why: '마지막 블록 뒤에서는 렌즈가 모델과 똑같은 일을 해요. 거기서만 “인 것처럼”이 아니에요.',
      },
    },
    '2': {
      title: '손대지 않은 벡터',
      text: '블록을 지나기 전에는 토큰의 [임베딩](term:embedding)과 자리뿐이에요. 아직 아무것도 읽지 않았어요.',
      ask: ({ last }: Untouched) => `${quoted(last)}의 이 벡터만 보면 다음에 무엇이 온다고 읽힐까요?`,
      options: ['같은 토큰이 또', '마지막에 1등이 될 말', '다른 토큰'],
      then: ({ kind, guess, share, last, favourite }: Untouched) =>
        kind === 'itself'
          ? `바로 자기 자신, ${quoted(guess)} ${percent(share)}예요. 낱말이 들어올 때와 나갈 때 같은 표를 써서, 벡터는 자기 줄과 가장 잘 맞아요. 블록은 먼저 여기서 멀어져야 해요.`
          : kind === 'favourite'
            ? `${quoted(guess)} ${percent(share)}. 벌써 모델이 마지막에 할 말이에요.`
            : `${quoted(guess)} ${percent(share)}. ${quoted(last)}도 ${quoted(favourite)}도 아니에요.`,
      check: {
        ask: '벡터가 처음에 자기 토큰을 가리킨다면, 블록은 먼저 무엇을 해야 할까요?',
        options: ['자기 토큰에서 멀어지게 하기', '길게 늘이기', '자리를 잊게 하기'],
        why: '같은 낱말을 두 번 쓰는 글은 드물어요. “the”의 줄에서 출발해 “the” 다음에 올 말까지 가야 해요.',
      },
    },
    '3': {
      title: '누가 옮겼을까요',
      text: '사다리의 반 칸마다 주인이 있어요. 먼저 [어텐션](term:attention), 다음이 [MLP](term:mlp)예요. 마지막 목록까지의 거리를 비트로 재요([KL](term:kl)).',
      ask: '1번 블록부터 봐요. 답 쪽으로 가장 크게 움직인 한 걸음은 누가 옮겼을까요?',
      options: ['어텐션', 'MLP'],
      then: ({ part, layer, before, after }: Drop) =>
        `${layer}번 블록의 ${part === 'attention' ? '어텐션이에요' : 'MLP예요'}. ${before.toFixed(2)}비트에서 ${after.toFixed(2)}비트로 줄었어요. ${part === 'attention' ? '앞의 낱말에서 무언가를 가져왔어요.' : '이미 있던 것으로 무언가를 만들어 냈어요.'}`,
      labels: ['블록', '답까지의 비트'],
      caption: '마지막 목록까지의 거리',
      check: {
        ask: '“east”를 마지막 줄로 가져올 수 있는 것은 무엇뿐일까요?',
        options: ['MLP', '어텐션', '정규화'],
        why: 'MLP와 정규화는 줄마다 따로 일해요. 다른 낱말이 아는 것은 어텐션으로만 건너와요.',
      },
    },
    '4': {
      title: '탑을 낮추면',
      text: '이번에는 뒤쪽 블록을 아예 빼요. 남은 블록을 지나면 바로 목록이 나와요.',
      ask: ({ half, layers, favourite }: Towers) =>
        `블록 ${layers}개 가운데 앞의 ${half}개만 쓰면, 여전히 ${quoted(favourite)}가 1등일까요?`,
      options: ['네', '아니요'],
      then: ({ lists, half, stays, favourite }: Towers) =>
        stays
          ? `네. 벌써 ${quoted(favourite)}가 1등이고 몫은 ${percent(lists[half]?.[0]?.share)}예요.`
          : `아니요. 1등은 ${quoted(lists[half]?.[0]?.text ?? '')}, 몫은 ${percent(lists[half]?.[0]?.share)}예요. 밀어 보면서 블록이 몇 개일 때부터 ${quoted(favourite)}가 나오는지 찾아보세요.`,
      caption: '남긴 블록 수에 따른 목록',
      labels: ['남긴 블록:'],
      check: {
        ask: '블록이 하나도 없으면 목록은 무엇에 기댈까요?',
        options: ['문장 전체에', '아무것에도', '마지막 토큰과 그 자리에'],
        why: '블록이 없으면 어텐션도 없어요. 마지막 줄은 자기 자신밖에 몰라요.',
      },
    },
    '5': {
      title: '조심할 점',
      text: '앞쪽 블록은 이렇게 읽히도록 훈련된 적이 없어요. 거기서 쓴 것은 위쪽 블록에 쓸모가 있으면 그만이에요.',
      ask: '렌즈로 보니 블록 5 다음이 “same”이에요. 어떤 말이 옳을까요?',
      options: [
        '모델은 먼저 “same”을 떠올렸다',
        '이렇게 읽으면 블록 5는 “same”이라고 한다',
        '블록 5가 틀렸다',
      ],
      then: '둘째예요. 렌즈는 우리가 읽는 방법일 뿐, 어느 블록도 그렇게 배우지 않았어요. 벡터에는 이렇게 읽어서는 보이지 않는 것이 많이 들어 있을 수 있어요.',
      check: {
        ask: '벡터가 정말 답을 나르는지 어떻게 시험할 수 있을까요?',
        options: ['다른 실행에 넣고 어떻게 되는지 본다', '더 꼼꼼히 읽는다', '모델에게 물어본다'],
        why: '그것이 패칭이에요. 벡터를 바꿨을 때 달라지는 것은 읽기가 아니라 효과예요.',
      },
    },
  },
};
