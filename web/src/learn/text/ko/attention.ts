import { logit, percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Carried, Earlier, Roles, Row } from '../../chapters/attention';
import { quoted } from '../../say';
import type { attention as en } from '../en/attention';

export const attention: Same<typeof en> = {
  title: '어텐션 한 걸음씩',
  can: '작은 어텐션을 손으로 계산하기',
  gloss: '해는 동쪽에서 떠서 …으로 져요.',
  teacher:
    '흔한 오해: 어텐션은 중요한 낱말을 찾아낸다. 소리 내어 물어보세요. “쿼리가 모든 키와 똑같이 안 맞으면 어떻게 될까요?” 9분쯤 걸려요. 다섯째 걸음은 e를 2.7로 두고 종이에 계산해 볼 만해요.',
  steps: {
    '1': {
      title: '세 가지 역할',
      text: '토큰마다 세 가지 역할을 해요. [쿼리](term:query)는 내가 찾는 것, [키](term:key)는 내가 찾아지는 방법, [값](term:value)은 내가 건네주는 것이에요. 같은 벡터에 서로 다른 행렬을 곱해서 만들어요.',
      ask: ({ key }: Roles) => `${quoted(key)}의 키와 값은 같은 벡터일까요?`,
      options: ['네, 같아요', '아니요, 서로 달라요'],
      then: ({ keyValue, queryKey, key, layer, head }: Roles) =>
        `${keyValue > 0.99 ? '거의 같아요.' : '달라요.'} 블록 ${layer}의 헤드 ${head}에서 둘의 코사인: ${logit(keyValue)}. 마지막 토큰의 쿼리와 ${quoted(key)}의 키: ${logit(queryKey)}. 찾아지는 일과 건네주는 일은 서로 다른 일이에요.`,
      caption: '코사인: 1이면 같은 방향, 0이면 무관',
      labels: ['쿼리와 키', '키와 값'],
      check: {
        ask: '웹 검색에 빗대면 쿼리는 검색어, 키는 제목, 값은 페이지예요. 이 비유는 어디가 어긋날까요?',
        options: [
          '헤드에는 쿼리가 없어요',
          '헤드는 한 페이지만 읽어요',
          '헤드는 모든 페이지를 몫대로 섞어 읽어요',
        ],
        why: '검색은 몇 페이지를 통째로 보여 줘요. 헤드는 모든 값을 저마다의 몫으로 섞어요.',
      },
    },
    '2': {
      title: '점수',
      text: '마지막 토큰의 [쿼리](term:query)는 각 [키](term:key)와 얼마나 잘 맞을까요? 두 벡터를 짝지어 곱하고 더해요. 합이 클수록 잘 맞아요.',
      ask: ({ words, last }: Row) =>
        `마지막 ${quoted(words[last] ?? '')}의 쿼리와 가장 잘 맞는 키는 무엇일까요?`,
      then: ({ words, products, best, second, size }: Row) =>
        `${quoted(words[best]!)}, 합: ${products[best]!.toFixed(1)}. 그다음은 ${quoted(words[second] ?? '')}, ${(products[second] ?? 0).toFixed(1)}. 그림에 곱 ${size}개가 있어요. 이것을 모두 더하면 점수가 돼요.`,
      caption: '마지막 토큰과 모든 키의 q·k. 빗금은 0보다 작아요',
      check: {
        ask: '쿼리를 두 배로 하면 점수는 어떻게 될까요?',
        options: ['절반', '그대로', '두 배', '네 배'],
        why: '모든 곱에 쿼리가 한 번씩 들어 있어요. 곱이 모두 두 배가 되니 합도 두 배예요.',
      },
    },
    '3': {
      title: '√D로 나누기',
      text: '곱 *D*개의 합은 √*D*만큼 커져요. 그만큼 나누지 않으면 [소프트맥스](term:softmax)가 한 곳에 다 몰아줘요.',
      ask: ({ shares, words, best }: Row) =>
        `나누면 ${quoted(words[best]!)}의 몫은 ${percent(Math.max(...shares))}예요. 나누지 않으면 가장 큰 몫은 얼마일까요?`,
      then: ({ undivided, shares, bits, undividedBits, size }: Row) =>
        `${percent(Math.max(...shares))}에서 ${percent(Math.max(...undivided))}로 바뀌어요. ${bits.toFixed(1)}비트가 ${undividedBits.toFixed(1)}비트가 돼요. √${size} = ${Math.sqrt(size).toFixed(1)}로 나누면 다른 토큰에게도 기회가 있어요.`,
      labels: ['나눈 것(실제)', '나누지 않은 것'],
      caption: '마지막 토큰의 가장 큰 몫 다섯',
      check: {
        ask: '분산이 1이고 서로 무관한 수로 만든 곱 D개를 더하면 합의 분산은 얼마일까요?',
        options: ['1', 'D', 'D²'],
        why: '서로 무관하면 분산은 더해져요. 1이 D개니까 D예요. 표준편차는 그 제곱근, √D예요.',
      },
    },
    '4': {
      title: '마스크',
      text: '뒤에 오는 것은 몫을 만들기 전에 점수를 −∞로 지워요. 훈련할 때 줄마다 다음 토큰을 맞히는데, 미리 보면 반칙이니까요. 이것이 [인과 마스크](term:mask)예요.',
      ask: ({ word, other }: Earlier) =>
        `마지막 ${quoted(word)} 자리에 ${quoted(other)}를 넣으면 앞의 줄이 하나라도 바뀔까요?`,
      options: ['네, 조금 바뀌어요', '아니요, 1비트도 안 바뀌어요'],
      then: ({ change, last }: Earlier) =>
        change === 0
          ? `둘 다 실행해 봤어요. 앞의 줄에서 가장 큰 변화는 정확히 0이에요. 마지막 줄은 바뀌어요. 가장 많이 바뀐 몫이 ${percent(last)}예요.`
          : `둘 다 실행해 봤어요. 앞의 줄에서 가장 큰 변화는 ${percent(change)}예요.`,
      labels: ['앞의 줄들', '마지막 줄'],
      caption: '몫이 가장 많이 바뀐 정도',
      check: {
        ask: '왜 소프트맥스 뒤에 0을 넣지 않고, 앞에서 −∞를 넣을까요?',
        options: ['남은 몫의 합이 100%여야 하니까', '더 빠르니까', '0은 쓸 수 없으니까'],
        why: 'e의 −∞제곱은 0이라 합에서 빠져요. 그래서 남은 것들이 올바른 합으로 나뉘어요.',
      },
    },
    '5': {
      title: '소프트맥스',
      text: '*e*를 점수만큼 거듭제곱하고 모두의 합으로 나눠요. 그것이 [소프트맥스](term:softmax)예요. 점수가 1 높으면 몫은 2.7배가 돼요.',
      ask: ({ words, scores, last }: Row) =>
        `마지막 ${quoted(words[last]!)}의 100%를 나눠 보세요. 점수는 ${words.map((one, i) => `${quoted(one)} ${scores[i]!.toFixed(1)}`).join(', ')}.`,
      then: ({ words, shares, best, scores, second }: Row) =>
        `${quoted(words[best]!)}의 몫은 ${percent(shares[best])}예요. ${quoted(words[second] ?? '')}보다 점수가 ${(scores[best]! - (scores[second] ?? 0)).toFixed(1)} 높아서, 몫은 e^${(scores[best]! - (scores[second] ?? 0)).toFixed(1)} = ${Math.exp(scores[best]! - (scores[second] ?? 0)).toFixed(1)}배예요.`,
      caption: '점수 → 몫',
      check: {
        ask: '점수가 10.2, 0.5, 2.1, 5.3이면 첫째의 몫은 얼마일까요?',
        options: ['57%쯤', '90%쯤', '99%쯤'],
        why: '그다음과 4.9 차이가 나요. e^4.9는 134쯤이니, 135쯤 가운데 134를 가져가서 99.2%예요.',
      },
    },
    '6': {
      title: '값을 섞기',
      text: '헤드는 모든 토큰의 [값](term:value)을 이 몫대로 섞어서 건네줘요. 한 토큰에서 얼마나 오는지는 두 가지에 달려 있어요. 몫, 그리고 값 벡터의 길이예요.',
      ask: ({ shares }: Carried) =>
        `첫 토큰의 몫은 ${percent(shares[0])}예요. 건네지는 것 가운데 얼마가 첫 토큰에서 올까요?`,
      then: ({ shares, carried }: Carried) =>
        Math.abs(carried[0]! - shares[0]!) < 0.02
          ? `${percent(carried[0])}. 몫과 비슷해요. 값의 길이가 다른 토큰과 비슷하니까요.`
          : carried[0]! < shares[0]!
            ? `몫은 ${percent(shares[0])}인데 건네지는 것은 ${percent(carried[0])}예요. 값이 짧거든요. 할 일이 없는 헤드는 여기에 눈길을 쉬게 할 수 있어요.`
            : `몫은 ${percent(shares[0])}인데 건네지는 것은 ${percent(carried[0])}예요. 값이 다른 토큰보다 길어요.`,
      caption: '건네지는 것: 몫 × 값의 길이. 테두리는 몫만',
      check: {
        ask: '모두 0인 값에 몫 60%를 주면 얼마나 건네질까요?',
        options: ['아무것도 안 건네져요', '60%', '조금'],
        why: '0에 0.6을 곱해도 0이에요. 몫이 크다는 것만으로 무언가 건너왔다고 말할 수 없어요.',
      },
    },
    '7': {
      title: '한 줄로',
      text: '`softmax(Q·Kᵀ / √D + M) · V`. 이 한 줄이 전부예요. 모든 토큰을 한꺼번에 계산해요.',
      ask: '어떤 순서로 계산할까요?',
      options: [
        '마스크, 곱하기, 소프트맥스, 나누기, 섞기',
        '곱하기, 나누기, 마스크, 소프트맥스, 섞기',
        '소프트맥스, 곱하기, 나누기, 마스크, 섞기',
      ],
      then: '쿼리와 키를 곱하고, √*D*로 나누고, 미래를 지우고, 몫을 만들고, 값을 섞어요. 결과는 [W_O](term:wo)를 지나 [잔차 스트림](term:residual)으로 들어가요.',
      check: {
        ask: '이 다섯 가운데 낱말의 뜻을 아는 것은 무엇일까요?',
        options: ['곱하기', '소프트맥스', '섞기', '하나도 없어요'],
        why: '배운 것은 Q, K, V를 만드는 행렬에 들어 있어요. 다섯 단계는 그냥 계산이에요.',
      },
    },
  },
};
