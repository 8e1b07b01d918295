import { count, percent } from '../../../format/format';
import type { Added, Dropped, Lengths, Neurons, Normed, Silent } from '../../chapters/block';
import { quoted } from '../../say';

export const block = {
  title: 'Inside a block',
  can: 'draw a block with its additions in the right place.',
  gloss: '',
  teacher:
    'Misconception: each block replaces what the one before wrote. Ask aloud: “How could one leave a block out, if each needed the one before?” About eight minutes.',
  steps: {
    '1': {
      title: 'Add, never replace',
      text: 'A token carries a row of numbers through the model, the [residual stream](term:residual). [Attention](term:attention) and [MLP](term:mlp) each *add* to it. Nothing is ever overwritten.',
      ask: ({ layer }: Added) =>
        `In block ${layer}: how long is what attention adds, next to the stream it is added to?`,
      then: ({ before, attention, mlp, after }: Added) =>
        `${percent(attention / before)}: ${attention.toFixed(1)} onto ${before.toFixed(1)}. The MLP then adds ${mlp.toFixed(1)}. Lengths of vectors do not simply add up, for they point elsewhere: after both it is ${after.toFixed(1)}.`,
      labels: ['stream before', 'attention adds', 'MLP adds', 'stream after'],
      caption: 'Lengths of the last token’s vectors',
      check: {
        ask: 'One number of the stream is 3. Attention adds 2, the MLP −4. What is it after the block?',
        options: ['−4', '1', '5'],
        why: '3 + 2 − 4 = 1. That is the whole rule, for each number by itself.',
      },
    },
    '2': {
      title: 'What if a part is silent?',
      text: 'Because parts only add, one can be left out and the rest still runs. Each [MLP](term:mlp) is now [switched off](term:knockout) in turn.',
      ask: 'Which of these MLPs is missed most?',
      then: ({ bits, worst, said, bag }: Silent) =>
        `Of all of them MLP ${worst}: ${bits[worst]!.toFixed(2)} bits away from the answer, and the favourite is ${quoted(said)}. Leave out *all attentions* instead, and it says ${quoted(bag)}: only the last word is known then.`,
      caption: 'How far the list moves without each MLP, bits',
      check: {
        ask: 'Why can a part be left out at all?',
        options: ['The stream goes past it', 'It is a copy of another', 'It was never trained'],
        why: 'Every part stands beside the stream. Without it the stream goes on as it was.',
      },
    },
    '3': {
      title: 'LayerNorm',
      text: 'Before a part reads the stream, [LayerNorm](term:layernorm) works on the numbers of *one token*: it takes away their mean and divides by their deviation. Not over the text, and not only in training.',
      ask: 'What are mean and deviation of the token’s numbers afterwards?',
      options: ['0 and 1', 'Different for every token', 'As before'],
      then: ({ mean, deviation, newMean, newDeviation, width }: Normed) =>
        `From ${mean.toFixed(2)} and ${deviation.toFixed(2)} to ${Math.abs(newMean).toFixed(2)} and ${newDeviation.toFixed(2)}, over its ${width} numbers. Then each number gets a learnt factor and a learnt term.`,
      labels: ['mean before', 'deviation before', 'mean after', 'deviation after'],
      caption: 'The last token, before and after',
      check: {
        ask: 'Two tokens, one vector twice as long as the other, same direction. After LayerNorm?',
        options: ['Still twice as long', 'Half as long', 'The same'],
        why: 'Mean and deviation are twice as large, too, and dividing takes the factor out.',
      },
    },
    '4': {
      title: 'Before or after',
      text: 'In 2017 the norm came *after* the addition: LN(x + f(x)). GPT-2 norms only what a part *reads*: x + f(LN(x)). The stream itself is never touched.',
      ask: 'In which of the two may the stream grow longer from block to block?',
      options: ['GPT-2’s, x + f(LN(x))', '2017’s, LN(x + f(x))', 'In neither'],
      then: ({ first, last }: Lengths) =>
        `In GPT-2’s: here from ${first.toFixed(1)} to ${last.toFixed(1)}. With the norm after the addition each block ends with a vector of the same length.`,
      labels: ['block', 'length'],
      caption: 'Length of the last token’s stream',
      check: {
        ask: 'Which keeps an untouched way from the first block to the last?',
        options: ['LN(x + f(x))', 'x + f(LN(x))', 'Both'],
        why: 'Follow x alone: in x + f(LN(x)) it only meets additions. In the other form each block rescales it.',
      },
    },
    '5': {
      title: 'MLP',
      text: 'The [MLP](term:mlp) works on each token alone: four times as many [neurons](term:neuron), a bend ([GELU](term:gelu)), and back.',
      ask: 'In the last block: how many of this token’s neurons are further than 0.1 from zero?',
      then: ({ loud, inner, top }: Neurons) =>
        `${percent(loud)} of ${count(inner)}. The loudest is neuron ${top[0]!.neuron} with ${top[0]!.value.toFixed(2)}. Negative inputs are nearly stopped, so many stay near 0.`,
      caption: 'The eight loudest neurons',
      check: {
        ask: 'Without the bend two matrices in a row would be …',
        options: ['twice as strong', 'one matrix', 'no longer trainable'],
        why: 'Two linear steps make one linear step. Only the bend between them lets an MLP do more.',
      },
    },
    '6': {
      title: 'Dropout, in training only',
      text: 'Many models were trained with dropout: at each step a share *p* of the numbers is set to 0, and the others are divided by 1 − *p*. Shown on this token’s neurons; GPT-2 does nothing of it while it reads.',
      ask: 'The mean of 100 such draws, next to the numbers undisturbed?',
      options: ['Smaller', 'The same', 'Larger'],
      then: ({ last }: Dropped) =>
        `${percent(last)}. Single draws miss, the mean does not: that is what dividing by 1 − p is for. So dropout can be left out later, and nothing need be rescaled.`,
      labels: ['draws', 'mean, of the undisturbed sum'],
      caption: 'The mean settles, p = 0.1',
      check: {
        ask: 'What does dropout set to zero?',
        options: ['Weights', 'Numbers on their way through', 'Tokens'],
        why: 'The weights stay. What is dropped are activations, other ones at every step of training.',
      },
    },
  },
};
