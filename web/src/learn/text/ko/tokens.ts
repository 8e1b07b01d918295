import { count } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Fits, Languages, Merging, Pieces, Spellings } from '../../chapters/tokens';
import { quoted } from '../../say';
import type { tokens as en } from '../en/tokens';

export const tokens: Same<typeof en> = {
  title: '글이 토큰으로',
  can: '길이와 값, 맞춤법 실수가 왜 토큰에 달려 있는지 말하기',
  gloss: '데이터 시각화는 사용자가 …하게 해 줘요.',
  teacher:
    '흔한 오해: 모델은 글자나 낱말을 읽는다. 소리 내어 물어보세요. “모델은 왜 낱말의 글자 수를 잘못 셀까요?” 6분쯤 걸려요.',
  steps: {
    '1': {
      title: '단어와 토큰은 달라요',
      text: '모델은 정해진 목록, 곧 [어휘](term:vocabulary)에 있는 조각을 읽어요. 조각 하나가 [토큰](term:token)이에요. 낱말일 수도, 낱말의 일부나 기호일 수도 있어요.',
      ask: '“Unbelievably, data visualization empowers grandmothers”는 토큰 몇 개일까요?',
      then: ({ pieces, words, split }: Pieces) =>
        `낱말은 ${words}개인데 토큰은 ${pieces.length}개예요. ${split ? `${quoted(split)}: 여러 조각으로 나뉘었어요. 통째로 목록에 오르기에는 너무 드물었거든요.` : '여기서는 모든 낱말이 목록에 있어요.'}`,
      caption: '차례대로 놓은 조각들',
      check: {
        ask: '이런 모델은 왜 낱말의 글자 수를 세기 어려워할까요?',
        options: ['셀 줄 몰라서', '글자를 본 적이 없고 조각의 번호만 봐서', '글자가 너무 작아서'],
        why: '조각 하나가 번호 하나로 들어와요. 그 안에 어떤 글자가 있는지는 그것을 설명한 글을 읽어서 배울 수밖에 없어요.',
      },
    },
    '2': {
      title: '짝을 합쳐 가기',
      text: '낱말은 어떻게 조각이 될까요? 먼저 글자 하나하나로 나눠요. 그다음 배운 합치기 목록에서 가장 앞에 있는 짝을 합치고, 목록에 있는 짝이 없어질 때까지 되풀이해요.',
      ask: '“ empowers”(앞에 빈칸이 있어요)에서 가장 먼저 합치는 짝은 무엇일까요?',
      then: ({ pairs, first, rank, steps }: Merging) =>
        `${quoted(pairs[first]!)}: 합치기 목록의 ${count(rank + 1)}번째예요. 그만큼 자주 나온 짝이에요. ${steps}번 합치면 조각이 완성돼요.`,
      check: {
        ask: '“ the”는 왜 토큰 하나일까요?',
        options: ['아주 자주 나와서 일찍 합쳐졌어요', '사람이 넣었어요', '글자가 셋이라서'],
        why: '목록은 세어서 만들었어요. 가장 자주 나오는 짝을 먼저 합치고, 그다음 짝을 합치는 식이에요.',
      },
    },
    '3': {
      title: '띄어쓰기도 토큰의 일부',
      text: '영어 낱말은 대부분 앞의 빈칸을 토큰 안에 품고 있어요. 대문자로 쓰면 또 다른 토큰이 돼요.',
      ask: '“apple”, “ apple”, “Apple”은 서로 다른 토큰 몇 가지일까요?',
      options: ['모두 같아요', '두 가지', '세 가지 모두 달라요'],
      then: ({ ids, different }: Spellings) =>
        `${different}가지예요. ${ids.map(({ text, ids: of }) => `“${text}” ${of.join(' + ')}`).join(', ')}. 모델에게는 서로 다른 번호예요. 뜻이 같다는 것은 배워야 알아요.`,
      check: {
        ask: '글을 빈칸으로 끝내면 왜 답이 나빠지곤 할까요?',
        options: ['빈칸은 쓸 수 없어서', '다음 낱말이 자기 빈칸을 갖고 오니까', '글이 길어져서'],
        why: '빈칸이 따로 있으면, 빈칸을 품은 흔한 토큰들이 더는 맞지 않아요.',
      },
    },
    '4': {
      title: '언어마다 값이 달라요',
      text: '목록은 대부분 영어 글로 만들었어요. 한글 한 글자는 3바이트이고, 토큰도 그만큼 들 때가 많아요.',
      ask: '“안녕하세요, 만나서 반가워요”는 “Hello, nice to meet you”보다 토큰이 몇 배나 들까요?',
      then: ({ english, korean, times }: Languages) =>
        `${korean.tokens}개와 ${english.tokens}개, ${times.toFixed(1)}배예요. 글자는 ${korean.characters}자와 ${english.characters}자인데요.`,
      caption: '두 인사말의 토큰 수',
      check: {
        ask: '이런 모델에 한국어로 글을 쓰는 사람에게는 어떤 일이 생길까요?',
        options: [
          '아무 일도 없어요',
          '조금 느려질 뿐이에요',
          '값이 더 들고, 한 번에 담을 수 있는 글이 줄어요',
        ],
        why: '시간도 값도 컨텍스트도 모두 토큰으로 세니까요.',
      },
    },
    '5': {
      title: '얼마나 들어갈까요',
      text: '모델이 한 번에 읽을 수 있는 글이 [컨텍스트](term:context)예요. 다른 기억은 없어요. 여기에 없는 것은 모델에게 없는 것이에요.',
      ask: '들어갈 수 있는 것보다 토큰이 하나 더 많으면 어떻게 될까요?',
      options: ['더 천천히 읽어요', '놓을 자리가 없어서 받을 수 없어요', '나머지는 모델이 기억해요'],
      then: ({ tokens, context }: Fits) =>
        `${count(context)}개까지 들어가요. 이 글은 ${tokens}개예요. 자리마다 배운 숫자 한 줄이 있는데, 마지막 자리 다음에는 없어요. 채팅 프로그램은 오래된 글부터 잘라 내요.`,
      labels: ['이 글', '컨텍스트'],
      caption: '토큰 수',
      check: {
        ask: '컨텍스트를 늘리려면 무엇이 필요할까요?',
        options: ['새 자리의 숫자 줄, 메모리, 시간', '더 긴 어휘', '더 많은 헤드'],
        why: '자리를 알려 줄 방법이 있어야 하고, 토큰마다 앞의 모든 토큰을 보니 시간과 메모리가 들어요.',
      },
    },
  },
};
