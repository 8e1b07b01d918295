import { logit } from '../../../format/format';
import type { Places, Shifts, Shuffled, Turned, Waves } from '../../chapters/order';

export const order = {
  title: 'Where am I?',
  can: 'explain who tells a model the order of words, and when it is needed.',
  gloss: '',
  teacher:
    'Misconception: without positions “I love you” is “you love I”. True in an encoder, not in a GPT: the mask already tells. Ask aloud: “Which row sees the same in both orders?” About eight minutes.',
  steps: {
    '1': {
      title: 'A bag of words',
      text: 'Attention compares and adds up, and a sum has no order. Take away both what could tell it: the [positions](term:position) and the [mask](term:mask).',
      ask: 'All words but the last change places. Is the answer another one?',
      options: ['Yes, another', 'No, the same'],
      then: ({ bits, logit: difference, asUsual }: Shuffled) =>
        bits < 1e-4
          ? `The same: ${bits.toFixed(4)} bits apart, no logit by more than ${difference.toFixed(4)}. As the model usually is, the same shuffle costs ${asUsual.toFixed(2)} bits.`
          : `${bits.toFixed(3)} bits apart; as the model usually is, ${asUsual.toFixed(2)}.`,
      labels: ['nothing tells order', 'as usual'],
      caption: 'How far the shuffled text’s list is from the other, bits',
      check: {
        ask: 'Which of these does not care about order?',
        options: ['A sentence', 'A sum', 'A list'],
        why: '3 + 5 is 5 + 3. Softmax and the mixing of values are sums over all keys.',
      },
    },
    '2': {
      title: 'The mask already tells',
      text: 'Now the mask is on again; [positions](term:position) stay off. Every row sees only what stands before it.',
      ask: 'Shuffle again: the same answer or another?',
      options: ['The same', 'Another'],
      then: ({ bits, asUsual }: Shuffled) =>
        bits > 0.01
          ? `Another: ${bits.toFixed(2)} bits apart (with positions ${asUsual.toFixed(2)}). The second word has seen one word, the third two: from that alone order can be told.`
          : `Hardly another: ${bits.toFixed(4)} bits apart, with positions ${asUsual.toFixed(2)}.`,
      labels: ['mask alone', 'mask and positions'],
      caption: 'How far the shuffled text’s list is from the other, bits',
      check: {
        ask: 'Which row sees the same in both orders, if its own word stays?',
        options: ['The last, in the first block', 'The second', 'All of them'],
        why: 'In the first block the last row sees the same bag of words. The rows in between have seen other words, and tell it so in the second block.',
      },
    },
    '3': {
      title: 'GPT-2 learns a vector a place',
      text: 'Every place has a row of numbers of its own, learnt like everything else and added to the token’s [embedding](term:embedding).',
      ask: 'Which two places have rows that are most alike?',
      then: ({ pairs }: Places) =>
        `${pairs.map(({ name, cosine }) => `${name}: ${logit(cosine)}`).join('; ')}. Nobody said that 4 comes after 3. Near places are used alike, so their rows came out alike.`,
      labels: ['place', 'cosine with place 3'],
      caption: 'Place 3 against its neighbours',
      check: {
        ask: 'What does it mean that there are only so many rows?',
        options: ['Nothing', 'Long texts get slower', 'A longer text has no place to stand in'],
        why: 'There is no row beyond the last one, so the model cannot be given more tokens than that.',
      },
    },
    '4': {
      title: 'Waves',
      text: 'The model of 2017 learnt no places. It computed them: sines and cosines of *place*, from fast to slow, `sin(p / 10000^(2i/d))` and the same with cos.',
      ask: 'Two places, 7 apart, both move on by 10. Does their dot product change?',
      options: ['Yes', 'No'],
      then: ({ before, after }: Waves) =>
        `${Math.abs(before - after) < 1e-9 ? 'No' : 'Yes'}: ${before.toFixed(4)} before, ${after.toFixed(4)} after. sin·sin + cos·cos is the cosine of the difference, so only the distance counts.`,
      labels: ['distance', 'dot product', 'from place 5', 'from place 15'],
      caption: 'The two curves lie on each other',
      check: {
        ask: 'Why two functions, sine and cosine, and not one?',
        options: ['For beauty', 'Only both together give the distance', 'Because d is even'],
        why: 'With the sine alone sin(a)·sin(b) would depend on the places themselves, not on their distance.',
      },
    },
    '5': {
      title: 'Turning (RoPE)',
      text: 'Many later models turn [query](term:query) and [key](term:key) in pairs by an angle that grows with the place. GPT-2 was not trained this way: this shows the arithmetic, not what such a model would say.',
      ask: 'On this head’s own vectors: which shift changes the score?',
      options: ['Both tokens move by 10', 'Only the query moves by 10'],
      then: ({ before, both, one }: Turned) =>
        `Before ${before.toFixed(3)}. Both by 10: ${both.toFixed(3)}. One alone: ${one.toFixed(3)}. Turning both by the same angle leaves the angle between them.`,
      labels: ['query moved by', 'score'],
      caption: 'The score, while the query alone moves on',
      check: {
        ask: 'What does a score depend on with RoPE, beside the two vectors?',
        options: ['On the distance', 'On the place of the query', 'On the length of the text'],
        why: 'The angle between the turned vectors holds the difference of the two places, and nothing else of them.',
      },
    },
    '6': {
      title: 'Places out of place',
      text: 'A place means only what training made of it. The same sentence can be put at places further on, as if other words stood before it.',
      ask: ({ shift }: Shifts) =>
        `At place ${shift} instead of 0: does the model predict the sentence better or worse?`,
      options: ['Better', 'About the same', 'Worse'],
      then: ({ first, far, shift }: Shifts) =>
        `${first.toFixed(2)} bits a word at place 0, ${far.toFixed(2)} at place ${shift}. ${far > first + 0.1 ? 'It has hardly ever seen a text begin there.' : far < first - 0.1 ? 'Further on it is surer: in training most words stood further on.' : 'Here it makes little difference.'}`,
      labels: ['first place', 'bits a word'],
      caption: 'Mean surprise, by where the sentence begins',
      check: {
        ask: 'A formula gives a vector for place 5,000, too. Why can the model still fail there?',
        options: [
          'Formulas are inexact',
          'Numbers become too large',
          'It has never learnt what to do with it',
        ],
        why: 'The vector can be computed, but the matrices that read it were trained on other places only.',
      },
    },
  },
};
