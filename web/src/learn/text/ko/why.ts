import { logit } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Both, Cuts, Off, Pair, Path, Pushes } from '../../chapters/why';
import { quoted } from '../../say';
import type { why as en } from '../en/why';

export const why: Same<typeof en> = {
  title: '왜 이 낱말일까요',
  can: '읽어 내는 것과 바꿔 보는 것을 가리고, 둘 다 의심하기',
  gloss: '해는 동쪽에서 떠서 …으로 져요.',
  teacher:
    '흔한 오해: 어텐션 몫이 답의 까닭을 설명한다. 소리 내어 물어보세요. “선수를 빼 보는 것만 할 수 있다면, 누가 골을 넣었는지 어떻게 알아낼까요?” 9분쯤 걸려요.',
  steps: {
    '1': {
      title: '누가 밀었나요',
      text: '답의 [로짓](term:logit)은 합이에요. 모든 블록의 모든 부분이 스트림에 무언가를 썼고, 저마다 얼마씩 보탰는지 읽어 낼 수 있어요. 평균 토큰과 견줘서요.',
      ask: ({ target }: Pushes) => `${quoted(target)} 쪽으로 민 것을 더하면 누가 가장 클까요?`,
      options: ['모든 헤드', '모든 MLP', '임베딩과 자리'],
      then: ({ heads, mlps, embedding, rest, whole, target }: Pushes) =>
        `헤드 ${heads.toFixed(2)}, MLP ${mlps.toFixed(2)}, 임베딩과 자리 ${embedding.toFixed(2)}, 편향과 반올림 ${logit(rest)}. 모두 더한 ${whole.toFixed(2)}만큼 ${quoted(target)}의 로짓이 평균 토큰보다 높아요.`,
      labels: ['헤드', 'MLP', '임베딩', '편향, 반올림'],
      caption: '민 정도(로짓). 빗금은 0보다 작아요',
      check: {
        ask: '이런 합에서 그대로 둔다고 치는 것은 무엇일까요?',
        options: ['문장', '마지막 정규화의 크기', '온도'],
        why: '정규화는 스트림 전체의 크기로 나눠요. 부분마다 그 크기를 조금씩 바꾸지만, 합에서는 정해진 수로 봐요.',
      },
    },
    '2': {
      title: '눈길 하나 자르기',
      text: '읽어 내는 것과 바꿔 보는 것은 달라요. 이제 마지막 토큰이 앞의 낱말 *하나*를 못 보게 해요. 모든 블록의 모든 헤드에서요.',
      ask: '어느 낱말을 못 보면 목록이 가장 많이 바뀔까요? (첫 토큰은 빼고)',
      then: ({ words, best, bits, said, first }: Cuts) =>
        `${quoted(words[best]!)}. 목록이 ${bits[best]!.toFixed(2)}비트 움직이고 1등은 ${quoted(said)}. 첫 토큰이라면 ${first.toFixed(2)}비트예요. 많은 헤드가 거기서 눈길을 쉬는데, 그 눈길이 다른 데로 가야 하거든요.`,
      caption: '목록이 움직인 정도(비트)',
      check: {
        ask: '눈길을 잘라도 아무 일이 없는 낱말은 …',
        options: [
          '모델이 읽지 않은 낱말이에요',
          '앞서 다른 낱말이 읽어 두었을 수 있어요',
          '뜻이 없는 낱말이에요',
        ],
        why: '사이에 있는 낱말이 이미 가져왔을 수 있어요. 자른 것은 마지막 토큰의 눈길뿐이에요.',
      },
    },
    '3': {
      title: '헤드 하나 끄기',
      text: '마지막 자리에서 헤드의 출력을 하나씩 0으로 만들고 목록을 견줘 봐요.',
      ask: ({ layers, heads }: Off) => `헤드 ${layers * heads}개 가운데 몇 개를 껐을 때 1등이 바뀔까요?`,
      then: ({ changed, layers, heads, bits, most, target }: Off) =>
        `${layers * heads}개 가운데 ${changed}개예요. 나머지는 껐을 때도 1등이 ${quoted(target)}. 효과가 가장 큰 것은 L${Math.floor(most / heads)}H${most % heads}, ${bits[most]!.toFixed(2)}비트예요.`,
      labels: ['블록', '헤드'],
      caption: '헤드마다 껐을 때 목록이 움직인 정도(비트)',
      check: {
        ask: '헤드를 꺼도 아무 일이 없어요. 그럼 하는 일이 없는 걸까요?',
        options: ['네', '아니요, 다른 헤드가 메울 수 있어요', '고장 난 거예요'],
        why: '두 헤드가 같은 일을 할 수도 있어요. 하나만 빼면 멀쩡하지만 둘 다 빼면 드러나요.',
      },
    },
    '4': {
      title: '둘은 달라요',
      text: '헤드 하나를 두 가지로 재요. 답을 직접 얼마나 *미는지*, 그리고 헤드를 껐을 때 답의 몫이 얼마나 *줄어드는지*(로그로).',
      ask: '두 순서는 얼마나 비슷할까요? (순위 상관)',
      options: ['거의 다름: 0.3 미만', '어느 정도: 0.3~0.8', '비슷함: 0.8 넘게'],
      then: ({ correlation, odd }: Both) =>
        `${correlation.toFixed(2)}. 가장 어긋난 것은 ${odd.name}: 민 정도 ${odd.push.toFixed(2)}, 줄어든 정도 ${odd.loss.toFixed(2)}. ${odd.push < -0.1 && odd.loss > 0 ? '스스로는 오히려 반대로 밀지만, 뒤의 부분들이 그것이 쓴 것을 읽어요.' : odd.loss > odd.push ? '스스로는 조금 밀지만, 뒤의 부분들이 그것이 쓴 것을 읽어요.' : '많이 밀지만, 없으면 다른 부분이 메워요.'}`,
      labels: ['많이 미는 헤드', '없으면 아쉬운 헤드'],
      caption: '두 순서의 앞 네 개',
      check: {
        ask: '아무것도 밀지 않는 헤드가 어떻게 중요할 수 있을까요?',
        options: ['뒤의 부분이 그것이 쓴 것을 읽어서', '우연히', '그럴 수 없어요'],
        why: '헤드의 출력은 스트림에 남아요. 뒤에 오는 모든 헤드와 MLP가 가져다 쓸 수 있어요.',
      },
    },
    '5': {
      title: '채웠을까 비웠을까',
      text: '자주 듣는 이야기예요. “… poured the pitcher into the cup and *filled* it”에서는 “it”이 컵(cup)을 보고, *emptied*라면 주전자(pitcher)를 본다고 해요.',
      ask: '모든 헤드의 평균을 내면 정말 그럴까요?',
      options: ['네, 들은 대로예요', '아니요'],
      then: ({ filled, emptied, asTold }: Pair) =>
        `${asTold ? '그래요.' : '그렇지 않아요.'} “filled” 뒤: cup ${filled.cup.toFixed(3)}, pitcher ${filled.pitcher.toFixed(3)}. “emptied” 뒤: cup ${emptied.cup.toFixed(3)}, pitcher ${emptied.pitcher.toFixed(3)}. ${asTold ? '' : '그 그림은 그린 것이지, 이런 모델에서 잰 것이 아니에요.'}`,
      labels: ['filled: cup', 'filled: pitcher', 'emptied: cup', 'emptied: pitcher'],
      caption: '“it”이 보는 곳, 모든 헤드의 평균',
      check: {
        ask: '더 큰 모델은 들은 대로 봐요. 그럼 뜻을 알았다는 증거일까요?',
        options: ['아니요, 무언가 바꿔 보고 확인해야 해요', '네', '몫이 절반을 넘을 때만요'],
        why: '눈길은 어디서 가져오는지만 말해요. 그것으로 무엇을 하는지는 잘라 봐야 드러나요.',
      },
    },
    '6': {
      title: '정보의 길',
      text: '“east” 대신 “morning”을 쓴 문장이 있어요. *그* 실행에 우리 벡터 하나를 [넣고](term:patching), 우리 답이 얼마나 돌아오는지 봐요. “east” 자리에, 또는 마지막 자리에요.',
      ask: '몇 번 블록부터 마지막 자리에 넣을 때 더 많이 돌아올까요?',
      then: ({ handed, atWord, atLast, ours, theirs }: Path) =>
        `${handed}번 블록부터예요. 0번 블록 앞에서 “east” 자리에 넣으면 ${quoted(theirs)}에서 ${quoted(ours)}까지 가는 길의 ${atWord[0]![1].toFixed(2)}만큼 돌아와요. 마지막 블록 앞에서는 그 자리 ${atWord.at(-1)![1].toFixed(2)}, 마지막 자리 ${atLast.at(-1)![1].toFixed(2)}. 소식이 옮겨 간 거예요.`,
      labels: ['블록', '돌아온 정도', '“east” 자리', '마지막 자리'],
      caption: '1이면 우리 답이 다 돌아온 것, 0이면 하나도 안 돌아온 것',
      check: {
        ask: '어느 부분이 줄에서 줄로 옮겼을까요?',
        options: ['MLP', '레이어 정규화', '어텐션'],
        why: '줄과 줄을 잇는 것은 어텐션뿐이에요. 곡선을 보면 어느 블록 사이에서 옮겨 갔는지 알 수 있어요.',
      },
    },
  },
};
