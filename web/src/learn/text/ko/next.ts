import { count, milliseconds, percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Held, Listed, Reused, Surprises, Windows } from '../../chapters/next';
import { listed, quoted } from '../../say';
import type { next as en } from '../en/next';

export const next: Same<typeof en> = {
  title: '다음에 올 말은?',
  can: '언어 모델이 무엇을 계산하는지, 그리고 그것 말고는 하지 않는다는 것을 말하기',
  gloss: '해는 동쪽에서 떠서 …으로 져요.',
  teacher:
    '흔한 오해: 모델이 문장 전체를 미리 계획한다. 소리 내어 물어보세요. “앞으로 할 말을 어디에 적어 두었을까요?” 6분쯤 걸려요. 첫 걸음을 보여 주기 전에 모두 낱말 하나씩 적게 하면 좋아요.',
  steps: {
    '1': {
      title: '먼저 맞혀 보세요',
      text: '모델은 문장을 읽고 딱 한 가지 물음에 답해요. 다음에 어떤 [토큰](term:token)이 올까? 모델의 답은 가려 두었어요. 먼저 여러분이 답해 보세요.',
      ask: '여러분이라면 다음에 어떤 낱말을 쓸까요? (영어로)',
      then: ({ top }: Listed) =>
        `모델의 목록이에요. 맨 앞은 ${listed(top)}. 모델이 아는 낱말은 모두 이 목록에 있고, 여러분이 고른 말도 제 몫을 갖고 있어요.`,
      caption: '목록의 앞부분',
      check: {
        ask: '모델이 하늘에 대해 알아서 이런 낱말을 꼽았을까요?',
        options: [
          '네, 정답을 찾아봤어요',
          '아니요, 읽은 글에서 이런 말 뒤에 이런 말이 왔어요',
          '아니요, 목록은 우연이에요',
        ],
        why: '아무도 사실을 가르쳐 주지 않았어요. 글을 아주 많이 읽고, 어떤 토큰 뒤에 어떤 토큰이 잘 오는지를 익혔을 뿐이에요.',
      },
    },
    '2': {
      title: '모든 토큰에 몫을',
      text: '모델은 낱말 하나를 말하지 않아요. [어휘](term:vocabulary)에 있는 *모든* 토큰에 몫을 나눠 주고, 다 더하면 100%가 돼요. 이것을 [분포](term:distribution)라고 해요.',
      ask: '앞의 열 개가 가진 몫을 더하면 얼마일까요?',
      then: ({ ten, thousand, vocabulary, first }: Held) =>
        ten > 0.8
          ? `토큰 ${count(vocabulary)}개 가운데 열 개가 ${percent(ten)}를 가져요. 여기서는 꽤 자신이 있네요. ${quoted(first.text)} 하나가 ${percent(first.share)}예요.`
          : `열 개를 더하면 ${percent(ten)}, 천 개를 더하면 ${percent(thousand)}. 나머지 ${count(vocabulary - 1000)}개가 남은 몫을 나눠 가져요. 확신하는 일은 드물어요.`,
      caption: '앞에서부터 더한 몫',
      labels: ['앞의 10개', '앞의 100개', '앞의 1,000개', '모두'],
      check: {
        ask: '다른 문장을 넣으면 모든 몫의 합은 얼마가 될까요?',
        options: ['문장마다 달라요', '드문 문장이면 더 작아요', '언제나 100%예요'],
        why: '소프트맥스가 전체의 합으로 나누기 때문에 어떤 문장이든 합은 꼭 100%예요.',
      },
    },
    '3': {
      title: '지도',
      text: '왼쪽에서 오른쪽으로 가요. 글이 *토큰*이 되고, 토큰이 숫자 한 줄(*임베딩*)이 돼요. 그다음 *어텐션*과 *MLP*로 된 블록들이 그 줄에 더하기만 해요. 맨 끝에서 줄마다 *목록*이 나와요.',
      ask: '정보를 한 낱말에서 다른 낱말로 옮기는 부분은 어디일까요?',
      options: ['임베딩', 'MLP', '어텐션', '맨 끝의 목록'],
      then: '[어텐션](term:attention)뿐이에요. 다른 부분은 모두 토큰을 하나씩 따로 다뤄요. 그림에서는 밝혀진 낱말이 앞의 낱말에서 얼마씩 가져오는지 볼 수 있어요.',
      check: {
        ask: '어텐션이 없다면 다음 토큰을 무엇만 보고 예상하게 될까요?',
        options: ['마지막 토큰만', '첫 토큰만', '아무것도 못 봐요'],
        why: '줄마다 따로 계산하게 되니까, 마지막 줄은 자기 토큰과 자리밖에 몰라요.',
      },
    },
    '4': {
      title: '한 토큰씩 다시',
      text: '글을 쓸 때는 목록에서 토큰을 *하나* 뽑아 끝에 붙이고, 길어진 글로 다시 시작해요. 계획은 없어요. 이게 전부예요. 이런 방식을 [자기회귀](term:autoregressive)라고 해요.',
      ask: '이제 토큰 세 개를 이어 쓸 거예요. 하나를 붙일 때마다 어느 줄을 새로 계산해야 할까요?',
      options: ['모든 줄을 다시', '새 토큰의 줄만', '하나도 필요 없어요'],
      then: ({ tokens, reused, milliseconds: ms }: Reused) =>
        reused === 0
          ? `이번에는 물려받은 것이 없어서 ${tokens}줄을 모두 계산했어요. ${milliseconds(ms)} 걸렸어요.`
          : `가장 최근 실행에서는 ${tokens}줄 가운데 ${reused}줄을 그대로 쓰고 ${tokens - reused}줄을 계산했어요. ${milliseconds(ms)} 걸렸어요. 어떤 줄도 뒤에 오는 말에 기대지 않으니, 먼저 계산한 줄은 그대로 맞아요.`,
      check: {
        ask: '앞으로 쓸 나머지 문장은 모델의 어디에 들어 있을까요?',
        options: ['마지막 줄에', '기억 속에', '어디에도 없어요'],
        why: '모델이 가진 것은 다음 토큰 하나에 대한 목록뿐이에요. 그다음은 그 토큰이 정해진 뒤에야 정해져요.',
      },
    },
    '5': {
      title: '자리마다 예측해요',
      text: '마지막 줄만이 아니라 모든 줄이 *자기* 다음 토큰의 목록을 만들어요. 그래서 글의 낱말마다 예상과 견줘 볼 수 있어요. 예상한 말이면 [비트](term:surprise)가 적고, 뜻밖이면 많아요.',
      ask: '이 문장에서 모델이 가장 놀란 낱말은 무엇일까요?',
      then: ({ words, bits, most, expected, mean }: Surprises) =>
        `${quoted(words[most] ?? '')}: ${(bits[most] ?? 0).toFixed(1)}비트예요. 그 자리에서 예상한 말은 ${quoted(expected)}. 낱말 하나에 평균 ${mean.toFixed(1)}비트가 들었어요. 훈련은 바로 이 수를 줄이는 일이고, 선생님은 글 하나면 충분해요.`,
      caption: '낱말마다 놀란 정도(비트)',
      check: {
        ask: '0비트인 낱말은 …',
        options: ['완전히 예상한 말이에요', '나올 수 없는 말이에요', '뜻이 없는 말이에요'],
        why: '0비트는 몫이 100%일 때의 −log2예요. 다른 말은 생각하지도 않았다는 뜻이에요.',
      },
    },
    '6': {
      title: '얼마나 뒤를 볼까요',
      text: '이제 모델에게 마지막 *w*개 토큰만 보여 줘요. *w*가 1이면 마지막 토큰 하나밖에 몰라요.',
      ask: ({ favourite }: Windows) =>
        `문장을 다 보면 1등은 ${quoted(favourite)}예요. *w*가 얼마일 때부터 이 말이 계속 5등 안에 들까요?`,
      then: ({ least, favourite, lists, words }: Windows) =>
        least === 1
          ? `처음부터예요. 마지막 토큰만 봐도 1등은 ${quoted(favourite)}. 밀어 보면서 몫이 어떻게 바뀌는지 보세요.`
          : `*w* = ${least}부터예요. ${quoted(words.at(-least) ?? '')}까지 보여야 해요. 하나 덜 보면 1등은 ${quoted(lists[least - 2]?.[0]?.text ?? '')}, 마지막 하나만 보면 ${quoted(lists[0]?.[0]?.text ?? '')}.`,
      caption: '창으로 본 다음 토큰',
      labels: ['w ='],
      check: {
        ask: '창이 좁으면 왜 이렇게 흔한 말이 나올까요?',
        options: ['모델이 지쳐서', '이렇게 끝나는 모든 글에 답하는 셈이라서', '배운 것을 잊어서'],
        why: '“in the”만 보이면 그렇게 끝나는 모든 글에 대비해야 해요. 앞이 많이 보일수록 이어질 길이 줄어들어요.',
      },
    },
  },
};
