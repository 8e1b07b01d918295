import { count, percent } from '../../../format/format';
import type { Same } from '../../../i18n/same';
import type { Found, Induction, It, Removed, Resting, Shape } from '../../chapters/heads';
import { quoted } from '../../say';
import type { heads as en } from '../en/heads';

export const heads: Same<typeof en> = {
  title: '여러 개의 헤드',
  can: '헤드가 하는 일을 재어서 찾고, 이름표를 의심하기',
  gloss: '고양이가 매트에 앉았어요. 개는 … 위에 앉았어요.',
  teacher:
    '흔한 오해: 헤드마다 정해진 일이 있고, 임베딩을 나눠 받는다. 소리 내어 물어보세요. “헤드가 무엇을 하는지 어떻게 알아낼까요?” 8분쯤 걸려요.',
  steps: {
    '1': {
      title: '헤드는 무엇을 읽을까요',
      text: '[블록](term:block) 안에는 여러 [헤드](term:head)가 나란히 있어요. 헤드마다 [쿼리](term:query), [키](term:key), [값](term:value)을 만드는 행렬이 따로 있어요.',
      ask: ({ width, heads }: Shape) =>
        `토큰의 벡터는 숫자 ${width}개, 블록의 헤드는 ${heads}개예요. 헤드 하나는 무엇을 읽을까요?`,
      options: ['자기 몫의 숫자만', '모든 숫자'],
      then: ({ width, size, heads }: Shape) =>
        `${width}개를 모두 읽어요. 헤드 하나의 W_Q는 ${width} × ${size}예요. 나뉘는 것은 *나오는* 쪽이에요. ${size}개씩 ${heads}번, 모두 ${heads * size}개죠. “헤드마다 임베딩의 일부를 받는다”는 말은 어텐션에 대한 가장 흔한 오해예요.`,
      check: {
        ask: '너비는 그대로 두고 헤드를 두 배로 늘리면, 파라미터는 모두 몇 개가 될까요?',
        options: ['두 배', '그대로', '절반'],
        why: '헤드마다 너비가 절반이 되니 W_Q, W_K, W_V의 크기는 그대로예요.',
      },
    },
    '2': {
      title: '바로 앞을 보는 헤드',
      text: '아무도 헤드에게 일을 정해 주지 않았어요. 무슨 일을 하는지는 *재어 봐야* 알아요. 여기서는 토큰마다 바로 앞 토큰을 얼마나 보는지 평균을 냈어요.',
      ask: '이 넷 가운데 바로 앞 토큰을 가장 많이 보는 헤드는 어느 것일까요?',
      then: ({ best, scores }: Found) =>
        `헤드 ${count(scores.length)}개 가운데 L${best.layer}H${best.head}, ${percent(best.score)}예요. ${best.score > 0.7 ? '여기서는 거의 그 일만 해요.' : best.score > 0.4 ? '많이 보지만 그 일만 하지는 않아요.' : '많지 않아요. 이 모델에는 이 일만 맡은 헤드가 없어요.'}`,
      labels: ['블록', '헤드'],
      caption: '헤드마다 바로 앞을 보는 정도',
      check: {
        ask: '이 헤드가 바로 그 일을 한다고 믿으려면 무엇이 필요할까요?',
        options: ['이름', '한 번 더 보기', '아무 낱말이나 늘어놓아 보기, 그리고 꺼 보기'],
        why: '낱말을 아무렇게나 늘어놓으면 문장의 버릇이 사라져요. 꺼 보면 거기에 기대는 것이 있는지 알 수 있어요.',
      },
    },
    '3': {
      title: '첫 토큰에서 쉬기',
      text: '헤드의 몫은 할 일이 없어도 더해서 100%가 되어야 해요. 그럴 때 많은 헤드가 첫 토큰에 눈길을 쉬게 해요.',
      ask: '모든 헤드와 모든 줄에서 평균을 내면 첫 토큰이 받는 몫은 얼마일까요?',
      then: ({ mean, scores }: Resting) =>
        `${percent(mean)}예요. 가장 심한 헤드는 ${percent(Math.max(...scores))}. ${mean > 0.4 ? '쉬는 자리인 셈이에요. 값이 짧아서 건네지는 것이 거의 없을 때가 많아요.' : '여기서는 그리 많지 않아요. 글이 짧아 다른 자리가 적은데도 다른 곳을 봐요.'}`,
      labels: ['블록', '헤드'],
      caption: '헤드마다 첫 토큰을 보는 정도',
      check: {
        ask: '그럼 첫 토큰은 중요하지 않으니 잘라도 될까요?',
        options: ['네, 건네지는 것이 없으니까', '아니요, 그 눈길이 다른 데로 가야 해요', '네, 글이 길다면'],
        why: '몫은 그래도 100%가 되어야 해요. 쉬는 자리를 없애면 엉뚱한 낱말로 눈길이 쏠려 해가 돼요.',
      },
    },
    '4': {
      title: '따라 하기: 인덕션 시험',
      text: '“A B … A” 다음은 무엇일까요? 헤드 둘이 이어서 일하면 할 수 있어요. 하나는 앞에 누가 있었는지 적고, 다음 것은 “내 쌍둥이 다음에 온 것”을 찾아요. 이것이 [인덕션](term:induction)이에요. 여기서는 “sat on the”가 두 번 나와요.',
      ask: '이 모델에 쌍둥이 다음에 온 것을 40% 넘게 보는 헤드가 있을까요?',
      options: ['있어요', '없어요'],
      then: ({ best, layer, head, repeats }: Induction) =>
        `가장 높은 것은 L${layer}H${head}, ${percent(best)}예요. 되풀이된 토큰 ${repeats}개에서 쟀어요. ${best > 0.7 ? '따라 하는 헤드예요. 큰 모델에는 이런 헤드가 많아요.' : best > 0.3 ? '그런 쪽이지만 다른 일도 해요. 뚜렷한 인덕션 헤드는 아니에요. 큰 모델에는 많아요.' : '인덕션 헤드는 없어요. 작은 모델에는 없을 때가 많고 큰 모델에는 많아요.'}`,
      caption: '인덕션 점수가 높은 다섯 헤드',
      check: {
        ask: '왜 헤드 하나로는 안 될까요?',
        options: [
          '헤드 하나는 너무 약해서',
          '헤드는 두 번 볼 수 없어서',
          '*앞에* 무엇이 있었는지로 토큰을 찾아야 해서',
        ],
        why: '토큰은 자기 앞에 무엇이 있었는지 스스로 들고 있지 않아요. 아래층 헤드가 먼저 적어 두어야 해요.',
      },
    },
    '5': {
      title: '“it”은 무엇일까요',
      text: '어텐션에서 가장 유명한 그림은 “it”이 “animal”을 보는 그림이에요. 이 모델의 모든 헤드에서 정말 그런지 봐요. (그 동물은 너무 지쳐서 길을 건너지 않았다.)',
      ask: '“it”에서 헤드들은 어디를 가장 많이 볼까요? (첫 토큰과 “it” 자신은 빼고)',
      then: ({ words, best, shares, noun, change }: It) =>
        `${quoted(words[best]!)}, 평균 ${percent(shares[best])}예요. ${quoted(noun.word)}의 몫은 ${percent(noun.share)}, 가장 많이 보는 헤드에서 ${percent(noun.most)}. “tired”를 “wide”로 바꿔도 “it”의 줄은 ${change === 0 ? '정확히 0만큼 바뀌어요. 뒤에 오는 말이라 가려져 있으니까요' : `${percent(change)}만 바뀌어요`}.`,
      caption: '“it”이 보는 곳, 모든 헤드의 평균',
      check: {
        ask: '“it” 자리에서 “tired”를 보고 뜻을 정할 수 있는 모델은 무엇일까요?',
        options: ['더 큰 GPT', '뒤에 오는 것도 보는 모델', '없어요'],
        why: '인코더에는 인과 마스크가 없어요. GPT는 “tired” 자리와 그 뒤의 줄에서만 “tired”를 쓸 수 있어요.',
      },
    },
    '6': {
      title: 'W_O가 모아요',
      text: '헤드들의 출력을 나란히 놓고 행렬 하나, [W_O](term:wo)를 곱해 [스트림](term:residual)으로 돌려보내요. 이제 헤드를 하나씩 [꺼](term:knockout) 볼게요.',
      ask: '한가운데쯤 되는 헤드를 끄면 다음 토큰의 목록이 얼마나 바뀔까요?',
      options: ['거의 안 바뀌어요: 0.05비트 미만', '눈에 띄게: 0.05~0.5비트', '많이: 0.5비트 넘게'],
      then: ({ median, most, at, heads }: Removed) =>
        `가운데 값은 ${median.toFixed(3)}비트, 가장 큰 것은 L${Math.floor(at / heads)}H${at % heads}의 ${most.toFixed(2)}비트예요. ${median < 0.05 ? '헤드 하나쯤은 없어도 크게 잃지 않아요. 다른 헤드가 메워 주거든요.' : '여기서는 헤드 하나하나가 중요해요.'}`,
      labels: ['블록', '헤드', '비트'],
      caption: '헤드를 껐을 때 목록이 움직인 정도',
      check: {
        ask: '“헤드 여덟 개면 하나일 때보다 정보를 90% 덜 잃는다.” 무엇을 재야 할 수 있는 말일까요?',
        options: ['잴 것 없이 그럴듯하다', '헤드 하나로 훈련한 모델과 여덟 개로 훈련한 모델', 'W_O의 크기'],
        why: '그런 수를 말하려면 훈련한 모델 둘과 잃은 정보를 재는 방법이 있어야 해요. 그 주장에는 없어요.',
      },
    },
  },
};
