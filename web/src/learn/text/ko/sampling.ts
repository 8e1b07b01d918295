import { count, percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Draws, Greedy, Kept, Logits, Orders, Temperatures } from '../../chapters/sampling';
import { listed, quoted } from '../../say';
import type { sampling as en } from '../en/sampling';

export const sampling: Same<typeof en> = {
  title: '점수에서 낱말로',
  can: '온도, top-k, top-p를 까닭을 알고 정하기',
  gloss: '고양이가 매트에 앉았어요. 개는 … 위에 앉았어요.',
  teacher:
    '흔한 오해: 온도를 올리면 창의적이 된다. 소리 내어 물어보세요. “T가 0.1일 때 낱말의 순서는? 3일 때는?” 7분쯤 걸려요. 다섯째 걸음은 손을 들어 투표하기 좋아요.',
  steps: {
    '1': {
      title: '로짓',
      text: '맨 끝에서 어휘의 모든 토큰이 점수를 받아요. 이 점수가 [로짓](term:logit)이에요. [소프트맥스](term:softmax)는 *e*를 점수만큼 거듭제곱하고 전체의 합으로 나눠요.',
      ask: '*모든* 로짓에 5를 더하면 몫이 바뀔까요?',
      options: ['네, 모두 커져요', '아니요, 그대로예요'],
      then: ({ top, change }: Logits) =>
        change < 1e-6
          ? `아무것도 움직이지 않아요. ${quoted(top[0]!.text)}의 몫은 여전히 ${percent(top[0]!.share)}. 거듭제곱한 값이 모두 같은 배로 커지고 합도 그만큼 커지니까요. 로짓은 차이만 의미가 있어요.`
          : `몫이 가장 많이 바뀐 정도는 ${percent(change)}예요.`,
      caption: '로짓 → 몫. 모두에 더하는 수를 밀어 보세요',
      labels: ['더한 수:'],
      check: {
        ask: '로짓이 음수면 나쁜 걸까요?',
        options: ['네, 나올 수 없는 토큰이에요', '아니요, 차이만 중요해요'],
        why: '모두 위로 밀어 올려도 몫은 같아요. 부호에는 아무 뜻이 없어요.',
      },
    },
    '2': {
      title: '온도',
      text: '소프트맥스 전에 모든 로짓을 [온도](term:temperature) *T*로 나눠요. 1보다 작으면 차이가 벌어지고, 크면 줄어들어요.',
      ask: ({ first, plain }: Temperatures) =>
        `T = 1에서 ${quoted(first)}의 몫은 ${percent(plain)}예요. T = 0.5에서는 얼마일까요?`,
      then: ({ plain, half, lists }: Temperatures) =>
        `${percent(plain)}에서 ${percent(half)}로 바뀌어요. T = 2에서는 ${percent(lists[19]?.[0]?.share)}만 남아요. T = 0.5는 두 몫의 비를 제곱해요. 앞선 말이 더 크게 앞서게 되죠.`,
      caption: 'T를 밀면 그림도 따라 움직여요',
      labels: ['T ='],
      check: {
        ask: 'T가 0에 가까워지면 어떻게 될까요?',
        options: ['1등이 다 가져요', '모두 같아져요', '순서가 뒤집혀요'],
        why: '차이가 끝없이 벌어져서 1등이 다 가져요. 반대로 T가 아주 크면 모두 같아져요.',
      },
    },
    '3': {
      title: '항상 1등',
      text: 'T = 0은 [탐욕 선택](term:greedy)이에요. 언제나 목록의 1등만 골라요. 우연은 없어요. 안전해 보이죠?',
      ask: '토큰 40개를 쓰는 동안, 토큰 네 개가 이어진 것이 한 번 더 나올까요?',
      options: ['네, 같은 말을 되풀이해요', '아니요'],
      then: ({ repeat, words }: Greedy) =>
        repeat
          ? `네. “${repeat.text.replace(/[\\[\]*`]/g, '')}”가 또 나와요. 한번 쓴 말은 다시 나올 가능성을 높이고, 빠져나갈 길이 없어요.`
          : `토큰 ${words.length}개 안에서는 아니에요. 하지만 자주 그래요. 한번 쓴 말은 다시 나올 가능성을 높이거든요.`,
      caption: '모델이 쓴 글. 되풀이한 곳을 표시했어요',
      check: {
        ask: '무엇이 모델의 글을 끝낼까요?',
        options: ['생각이 끝나면', '마침표', '글의 끝을 뜻하는 토큰이나 정해 둔 한도'],
        why: '끝도 하나의 토큰이고 몫을 가져요. 뽑히지 않으면 한도가 글을 끝내요.',
      },
    },
    '4': {
      title: '꼬리 자르기',
      text: '[top-k](term:topk)는 *k*개만 남겨요. [top-p](term:topp)는 몫을 더해 *p*가 되는 가장 적은 토큰만 남겨요. 자신 있으면 적게, 망설이면 많이 남죠. 잘린 토큰은 몫이 없어요.',
      ask: 'T = 1일 때 여기서 p = 0.9는 토큰 몇 개를 남길까요?',
      then: ({ kept, vocabulary, rows }: Kept) =>
        `${count(vocabulary)}개 가운데 ${count(kept)}개예요. 전체의 절반이라면 ${count(rows[0]!.kept)}개로 충분해요. 긴 꼬리는 모이면 크지만 하나하나는 아주 작아요.`,
      caption: 'top-p가 남기는 토큰 수',
      check: {
        ask: '모델이 자신 있을 때 더 적게 남기는 것은 어느 쪽일까요?',
        options: ['top-k', 'top-p', '둘이 같아요'],
        why: 'k는 어디서나 k개예요. p는 몫을 봐요. 1등이 95%를 가졌다면 1등만 남아요.',
      },
    },
    '5': {
      title: '뽑기',
      text: '몫을 나란히 이어 붙이면 막대 하나가 돼요. 그 위에 점 하나가 우연히 떨어지고, 맞은 토큰이 쓰여요. [시드](term:seed)가 점의 자리를 정해요.',
      ask: ({ first, draws }: Draws) =>
        `점이 ${draws}번 떨어져요. 자른 뒤의 몫이 ${percent(first.share)}인 ${quoted(first.text)}에 몇 번 맞을까요?`,
      then: ({ first, draws }: Draws) =>
        `${draws}번 가운데 ${first.times}번이에요. ${draws}번의 ${percent(first.share)}라면 ${(first.share * draws).toFixed(1)}번. 나머지는 우연이에요.`,
      caption: '뽑힌 횟수와 몫. 테두리는 기대한 횟수',
      check: {
        ask: '이번에는 왜 1등이 뽑히지 않았을까요?',
        options: ['점이 다른 곳에 떨어졌어요', '모델이 마음을 바꿨어요', '실수가 있었어요'],
        why: '1등은 막대에서 가장 넓은 조각이라는 뜻일 뿐이에요. 점은 어디에나 떨어질 수 있어요.',
      },
    },
    '6': {
      title: '창의적일까요',
      text: '온도를 흔히 “창의성”이라고 불러요. 온도가 목록에 무엇을 하는지 직접 보세요.',
      ask: '0보다 큰 온도 가운데 목록의 *순서*를 바꾸는 온도가 있을까요?',
      options: ['있어요', '절대 없어요'],
      then: ({ same, cool, warm, coolEntropy, warmEntropy }: Orders) =>
        `${same ? '없어요.' : '여기서는 반올림 때문에 바뀌었어요.'} T = 0.3에서는 ${listed(cool, 2)}, T = 2에서는 ${listed(warm, 2)}. 얼마나 고르게 나뉘는지만 달라져요. ${coolEntropy.toFixed(1)}비트와 ${warmEntropy.toFixed(1)}비트예요.`,
      labels: ['T = 0.3', 'T = 2'],
      caption: '앞의 다섯 개',
      check: {
        ask: '그럼 온도를 높이면 무슨 일이 생길까요?',
        options: ['더 좋은 생각을 찾아요', '글이 길어져요', '가능성이 낮은 토큰이 더 자주 나와요'],
        why: '그것이 새로운지 엉뚱한지는 읽는 사람이 정해요. 모델이 매긴 순서는 그대로예요.',
      },
    },
  },
};
