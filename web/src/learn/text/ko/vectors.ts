import { count, percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Apart, Near, Products, Table, Twice } from '../../chapters/vectors';
import { quoted } from '../../say';
import type { vectors as en } from '../en/vectors';

export const vectors: Same<typeof en> = {
  title: '토큰이 벡터로',
  can: '숫자 띠를 읽고 “가깝다”는 것이 무슨 뜻인지 말하기',
  gloss: '해는 동쪽에서 떠서 …으로 져요.',
  teacher:
    '흔한 오해: 낱말의 숫자 하나하나에 뜻이 있다. 소리 내어 물어보세요. “‘hot’과 ‘cold’는 가까울까요, 멀까요?” 6분쯤 걸려요.',
  steps: {
    '1': {
      title: '표의 한 줄',
      text: '[어휘](term:vocabulary)의 모든 토큰에는 숫자 한 줄이 있어요. 이것이 [임베딩](term:embedding)이에요. 계산하지 않고 표에서 찾아요. 그림의 띠가 바로 그 줄이에요.',
      ask: '이 표는 모델이 가진 모든 숫자 가운데 얼마나 될까요?',
      then: ({ vocabulary, width, parameters, share }: Table) =>
        `${percent(share)}예요. ${width}개짜리 줄이 ${count(vocabulary)}개, 전체 ${count(parameters)}개 가운데 ${count(vocabulary * width)}개죠. ${share > 0.5 ? '작은 모델은 대부분이 표예요.' : '모델이 클수록 이 몫은 작아져요.'}`,
      check: {
        ask: '무엇을 찾고 무엇을 계산할까요?',
        options: ['임베딩은 찾고, 어텐션은 계산해요', '모두 찾아요', '모두 계산해요'],
        why: '표는 훈련이 끝난 뒤로 정해져 있어요. 낱말끼리 주고받는 일은 글마다 새로 계산해요.',
      },
    },
    '2': {
      title: '가까우면 쓰임이 비슷해요',
      text: '두 줄은 같은 쪽을 가리킬 수도, 아닐 수도 있어요. [코사인](term:cosine)이 그 정도를 말해 줘요. 1이면 같은 쪽, 0이면 서로 무관해요.',
      ask: ({ of }: Near) => `이 가운데 ${quoted(of)}의 줄과 가장 가까운 것은 무엇일까요?`,
      then: ({ offered, best, list, of }: Near) =>
        `${quoted(offered[best]!.text)}, ${offered[best]!.cosine.toFixed(2)}. ${quoted(of)}에 가장 가까운 말: ${list
          .slice(0, 4)
          .map(({ text, cosine }) => `${quoted(text)} ${cosine.toFixed(2)}`)
          .join(', ')}.`,
      caption: '가장 가까운 낱말들',
      check: {
        ask: '“hot”과 “cold”처럼 반대되는 말은 가까울까요, 멀까요?',
        options: ['가까워요. 같은 자리에 쓰이니까', '멀어요. 뜻이 반대니까', '둘 다 아니에요'],
        why: '줄은 쓰임에서 나와요. “The soup is …” 다음에는 둘 다 올 수 있어서 둘 다 같은 쪽으로 밀렸어요.',
      },
    },
    '3': {
      title: '같은 토큰, 두 자리',
      text: '토큰이 두 번 나오면 같은 줄이 두 번 나와요. 그다음 저마다 [자리](term:position)의 줄을 더해요.',
      ask: ({ word }: Twice) =>
        `${quoted(word)}: 여기에 두 번 나와요. 자리를 더하고 나면 두 줄의 코사인은 얼마일까요?`,
      then: ({ before, after }: Twice) =>
        `더하기 전 ${before.toFixed(2)}, 더한 뒤 ${after.toFixed(2)}. ${after > 0.7 ? '낱말이 자리보다 더 무거워요.' : '자리가 둘을 잘 갈라놓아요.'}`,
      labels: ['토큰만', '자리까지'],
      caption: '두 줄의 코사인',
      check: {
        ask: '이 더하기가 없으면 무엇이 빠질까요?',
        options: ['뜻', '처음에 둘을 구별해 줄 것', '아무것도'],
        why: '똑같은 줄이 둘 있을 뿐, 어디에 있는지 알 길이 없어요.',
      },
    },
    '4': {
      title: '깊이 들어갈수록 뜻이 갈려요',
      text: '낱말의 벡터는 블록을 지날 때마다 둘레의 말을 받아들여요. 여기서 “bank”는 한 번은 강가(둑), 한 번은 가려는 곳(은행)이에요.',
      ask: '1번 블록부터 끝까지, 두 “bank”의 벡터는 멀어질까요, 가까워질까요?',
      options: ['멀어져요', '가까워져요', '그대로예요'],
      then: ({ first, last }: Apart) =>
        `${first.toFixed(2)}에서 ${last.toFixed(2)}로, ${last < first - 0.02 ? '멀어졌어요. 저마다 이웃한 말을 받아들였거든요.' : last > first + 0.02 ? '둘레가 다른데도 가까워졌어요.' : '거의 그대로예요. 이 모델은 둘을 잘 구별하지 못해요.'}`,
      labels: ['블록', '코사인'],
      caption: '각 블록 앞에서 둘이 비슷한 정도',
      check: {
        ask: '자리 말고, 둘을 다르게 만들 수 있는 부분은 무엇일까요?',
        options: ['MLP', '레이어 정규화', '어텐션'],
        why: '토큰은 같아요. 하나가 “river” 옆에 있다는 것은 어텐션만 가져올 수 있어요.',
      },
    },
    '5': {
      title: '내적',
      text: '모든 것의 바탕이 되는 계산이에요. 두 줄을 짝지어 곱하고 모두 더해요. 이것이 [내적](term:dot)이에요. 둘이 같은 쪽을 가리키면 커요.',
      ask: ({ query, key }: Products) =>
        `마지막 ${quoted(query)}의 쿼리와 ${quoted(key)}의 키에서 숫자 여덟 개씩을 짝지어 곱했어요. 더하면 0보다 클까요, 작을까요?`,
      options: ['커요', '작아요'],
      then: ({ total, products }: Products) =>
        `${total > 0 ? '커요.' : '작아요.'} 합: ${total.toFixed(2)}. 곱 ${products.length}개 가운데 ${products.filter((value) => value > 0).length}개가 0보다 커요. 큰 것 하나가 나머지를 이길 수도 있어요.`,
      caption: '곱 여덟 개. 빗금은 0보다 작아요',
      check: {
        ask: '합이 0이라는 것은 …',
        options: ['두 줄이 모두 0이에요', '서로의 쪽을 가리키지 않아요', '계산이 틀렸어요'],
        why: '맞는 것과 어긋나는 것이 서로 지워졌어요. 둘은 직각이에요.',
      },
    },
  },
};
