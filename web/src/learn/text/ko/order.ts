import { logit } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Places, Shifts, Shuffled, Turned, Waves } from '../../chapters/order';
import type { order as en } from '../en/order';

export const order: Same<typeof en> = {
  title: '순서를 알려 주는 법',
  can: '모델에게 낱말의 순서를 누가 알려 주는지, 언제 필요한지 설명하기',
  gloss: '해는 동쪽에서 떠서 …으로 져요.',
  teacher:
    '흔한 오해: 위치 정보가 없으면 “I love you”와 “you love I”가 같다. 인코더라면 맞지만 GPT에서는 아니에요. 마스크가 이미 순서를 알려 주거든요. 소리 내어 물어보세요. “두 순서에서 같은 것을 보는 줄은 어느 줄일까요?” 8분쯤 걸려요.',
  steps: {
    '1': {
      title: '낱말 주머니',
      text: '어텐션은 비교하고 더해요. 더하기에는 순서가 없어요. 순서를 알려 줄 수 있는 두 가지, [위치](term:position)와 [마스크](term:mask)를 모두 치워 봐요.',
      ask: '마지막만 두고 낱말의 자리를 모두 바꾸면 답이 달라질까요?',
      options: ['네, 달라져요', '아니요, 같아요'],
      then: ({ bits, logit: difference, asUsual }: Shuffled) =>
        bits < 1e-4
          ? `같아요. 두 목록의 거리는 ${bits.toFixed(4)}비트, 가장 크게 달라진 로짓도 ${difference.toFixed(4)}뿐이에요. 평소 모델에서 똑같이 섞으면 ${asUsual.toFixed(2)}비트만큼 달라져요.`
          : `${bits.toFixed(3)}비트만큼 달라요. 평소 모델에서는 ${asUsual.toFixed(2)}비트예요.`,
      labels: ['순서를 알 길이 없음', '평소대로'],
      caption: '섞은 글의 목록이 얼마나 다른지(비트)',
      check: {
        ask: '이 가운데 순서를 따지지 않는 것은 무엇일까요?',
        options: ['문장', '덧셈', '목록'],
        why: '3 + 5와 5 + 3은 같아요. 소프트맥스도 값을 섞는 일도 모든 키에 대한 덧셈이에요.',
      },
    },
    '2': {
      title: '마스크도 순서를 말해요',
      text: '마스크를 다시 켜고 [위치](term:position)는 그대로 꺼 둬요. 줄마다 자기 앞에 있는 것만 볼 수 있어요.',
      ask: '또 섞으면 답이 같을까요, 다를까요?',
      options: ['같아요', '달라요'],
      then: ({ bits, asUsual }: Shuffled) =>
        bits > 0.01
          ? `달라요. ${bits.toFixed(2)}비트만큼이에요(위치까지 있으면 ${asUsual.toFixed(2)}비트). 둘째 낱말은 하나를, 셋째 낱말은 둘을 봤어요. 그것만으로도 순서를 알 수 있어요.`
          : `거의 같아요. ${bits.toFixed(4)}비트 차이예요. 위치까지 있으면 ${asUsual.toFixed(2)}비트예요.`,
      labels: ['마스크만', '마스크와 위치'],
      caption: '섞은 글의 목록이 얼마나 다른지(비트)',
      check: {
        ask: '자기 낱말이 그대로라면, 두 순서에서 같은 것을 보는 줄은 어느 줄일까요?',
        options: ['첫 블록에서의 마지막 줄', '둘째 줄', '모든 줄'],
        why: '첫 블록에서 마지막 줄이 보는 낱말 주머니는 같아요. 하지만 중간 줄들은 서로 다른 것을 봤고, 둘째 블록에서 그것이 드러나요.',
      },
    },
    '3': {
      title: 'GPT-2는 자리마다 벡터를 배워요',
      text: '자리마다 숫자 한 줄이 따로 있어요. 다른 것처럼 훈련으로 배운 것이고, 토큰의 [임베딩](term:embedding)에 더해져요.',
      ask: '어느 두 자리의 줄이 가장 비슷할까요?',
      then: ({ pairs }: Places) =>
        `${pairs.map(({ name, cosine }) => `${name}: ${logit(cosine)}`).join('; ')}. 3 다음이 4라고 아무도 알려 주지 않았어요. 가까운 자리는 쓰임이 비슷해서 줄도 비슷해졌어요.`,
      labels: ['자리', '자리 3과의 코사인'],
      caption: '자리 3과 이웃들',
      check: {
        ask: '줄의 수가 정해져 있다는 것은 무슨 뜻일까요?',
        options: ['아무 뜻도 없어요', '글이 길면 느려져요', '더 긴 글에는 놓일 자리가 없어요'],
        why: '마지막 줄 다음에는 줄이 없어요. 그래서 그보다 많은 토큰을 모델에 넣을 수 없어요.',
      },
    },
    '4': {
      title: '사인과 코사인',
      text: '2017년의 모델은 자리를 배우지 않고 계산했어요. 빠른 것부터 느린 것까지, *자리*의 사인과 코사인이에요. `sin(p / 10000^(2i/d))`, 그리고 같은 식의 cos.',
      ask: '7만큼 떨어진 두 자리가 함께 10만큼 옮겨 가면 내적이 바뀔까요?',
      options: ['네', '아니요'],
      then: ({ before, after }: Waves) =>
        `${Math.abs(before - after) < 1e-9 ? '아니요.' : '네.'} 옮기기 전 ${before.toFixed(4)}, 옮긴 뒤 ${after.toFixed(4)}. sin·sin + cos·cos는 두 각의 차의 코사인이라, 거리만 남아요.`,
      labels: ['거리', '내적', '자리 5에서', '자리 15에서'],
      caption: '두 곡선이 겹쳐요',
      check: {
        ask: '왜 하나가 아니라 사인과 코사인 둘 다 쓸까요?',
        options: ['보기 좋아서', '둘이 함께라야 거리가 나와서', 'd가 짝수라서'],
        why: '사인만 쓰면 sin(a)·sin(b)는 거리가 아니라 자리 자체에 따라 달라져요.',
      },
    },
    '5': {
      title: '회전(RoPE)',
      text: '뒤에 나온 많은 모델은 [쿼리](term:query)와 [키](term:key)를 두 수씩 짝지어, 자리에 따라 커지는 각도로 돌려요. GPT-2는 이렇게 훈련되지 않았어요. 여기서는 계산만 보여 줘요.',
      ask: '이 헤드의 벡터로 해 봐요. 어느 쪽이 점수를 바꿀까요?',
      options: ['두 토큰을 함께 10만큼', '쿼리만 10만큼'],
      then: ({ before, both, one }: Turned) =>
        `처음 ${before.toFixed(3)}. 함께 10만큼: ${both.toFixed(3)}. 하나만: ${one.toFixed(3)}. 같은 각도로 함께 돌면 둘 사이의 각은 그대로예요.`,
      labels: ['쿼리를 옮긴 만큼', '점수'],
      caption: '쿼리만 옮겨 갈 때의 점수',
      check: {
        ask: 'RoPE에서 점수는 두 벡터 말고 무엇에 달려 있을까요?',
        options: ['둘 사이의 거리', '쿼리의 자리', '글의 길이'],
        why: '돌린 두 벡터 사이의 각에는 두 자리의 차이만 들어 있어요.',
      },
    },
    '6': {
      title: '배운 자리 너머',
      text: '자리의 뜻은 훈련이 만든 것뿐이에요. 같은 문장을 더 뒤쪽 자리에 놓을 수 있어요. 앞에 다른 말이 있었던 것처럼요.',
      ask: ({ shift }: Shifts) => `자리 0이 아니라 ${shift}에서 시작하면, 모델은 문장을 더 잘 맞힐까요?`,
      options: ['더 잘', '비슷하게', '더 못'],
      then: ({ first, far, shift }: Shifts) =>
        `자리 0에서는 낱말마다 ${first.toFixed(2)}비트, 자리 ${shift}에서는 ${far.toFixed(2)}비트예요. ${far > first + 0.1 ? '글이 거기서 시작하는 것을 거의 본 적이 없어요.' : far < first - 0.1 ? '뒤쪽에서 더 자신 있어요. 훈련할 때 낱말은 대부분 더 뒤쪽에 있었거든요.' : '여기서는 별 차이가 없어요.'}`,
      labels: ['시작하는 자리', '낱말마다 비트'],
      caption: '문장이 시작하는 자리에 따른 평균 놀라움',
      check: {
        ask: '식으로는 자리 5,000의 벡터도 구할 수 있어요. 그런데도 모델이 못 할 수 있는 까닭은 무엇일까요?',
        options: ['식이 정확하지 않아서', '수가 너무 커져서', '그것을 어떻게 쓸지 배운 적이 없어서'],
        why: '벡터는 계산할 수 있지만, 그것을 읽는 행렬은 다른 자리로만 훈련됐어요.',
      },
    },
  },
};
