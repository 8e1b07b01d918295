import { count, percent } from '../../../format/format';
import type { Draws, Greedy, Kept, Logits, Orders, Temperatures } from '../../chapters/sampling';
import { listed, quoted } from '../../say';

export const sampling = {
  title: 'From scores to a word',
  can: 'set temperature, top-k and top-p on purpose.',
  gloss: '',
  teacher:
    'Misconception: temperature makes a model creative. Ask aloud: “Which order do the words have at T = 0.1? And at T = 3?” About seven minutes. Step 5 works well with a vote.',
  steps: {
    '1': {
      title: 'Logits',
      text: 'At the end every token of the vocabulary has a score, its [logit](term:logit). [Softmax](term:softmax) takes *e* to the power of each and divides by the sum of all.',
      ask: 'Add 5 to *every* logit. Do the shares change?',
      options: ['Yes, all grow', 'No, not at all'],
      then: ({ top, change }: Logits) =>
        change < 1e-6
          ? `Nothing moves: ${quoted(top[0]!.text)} keeps its ${percent(top[0]!.share)}. Every power grows by the same factor, and so does their sum. Only differences between logits count.`
          : `The largest change of a share is ${percent(change)}.`,
      caption: 'Logit → share; slide what is added to all',
      labels: ['added:'],
      check: {
        ask: 'Are negative logits bad?',
        options: ['Yes, such tokens are forbidden', 'No, only differences count'],
        why: 'Shift all of them up and the same shares come out. Nothing hangs on the sign.',
      },
    },
    '2': {
      title: 'Temperature',
      text: 'Before softmax all logits are divided by the [temperature](term:temperature) *T*. Below 1 the differences grow, above 1 they shrink.',
      ask: ({ first, plain }: Temperatures) =>
        `At T = 1 ${quoted(first)} has ${percent(plain)}. How much at T = 0.5?`,
      then: ({ plain, half, lists }: Temperatures) =>
        `${percent(plain)} become ${percent(half)}; at T = 2 only ${percent(lists[19]?.[0]?.share)} are left. T = 0.5 squares the ratio of any two shares: who leads, leads by more.`,
      caption: 'Slide T: the picture follows',
      labels: ['T ='],
      check: {
        ask: 'What happens as T goes to 0?',
        options: ['The first takes everything', 'All become equal', 'The order turns round'],
        why: 'Every difference grows without bound, so the first takes all. With very large T all become equal.',
      },
    },
    '3': {
      title: 'Always the first',
      text: 'T = 0 means [greedy](term:greedy): the first of the list, every time, with no chance at all. That sounds safe.',
      ask: '40 tokens on: will four tokens in a row come a second time?',
      options: ['Yes, it repeats itself', 'No'],
      then: ({ repeat, words }: Greedy) =>
        repeat
          ? `Yes: “${repeat.text.replace(/[\\[\]*`]/g, '')}” comes again. What was written makes the same more likely, and nothing leads out.`
          : `Not within ${words.length} tokens. Often it does: what was written makes the same more likely.`,
      caption: 'What it writes, the repetition marked',
      check: {
        ask: 'What makes a model stop writing?',
        options: ['It is finished thinking', 'A full stop', 'The token for the end of a text, or a limit'],
        why: 'The end is a token like any other and has a share. Where it is never drawn a limit ends the text.',
      },
    },
    '4': {
      title: 'Cut the tail',
      text: '[Top-k](term:topk) keeps *k* tokens. [Top-p](term:topp) keeps the fewest that hold the share *p* together: few where the model is sure, many where not. What is cut shares nothing.',
      ask: 'How many tokens does p = 0.9 keep here, at T = 1?',
      then: ({ kept, vocabulary, rows }: Kept) =>
        `${count(kept)} of ${count(vocabulary)}. For half of everything ${count(rows[0]!.kept)} do. The long tail holds much, each token of it next to nothing.`,
      caption: 'Tokens kept by top-p',
      check: {
        ask: 'Which of the two keeps fewer tokens where the model is sure?',
        options: ['Top-k', 'Top-p', 'Both the same'],
        why: 'k is k everywhere. p looks at the shares: if the first token has 95 %, it alone is kept.',
      },
    },
    '5': {
      title: 'The draw',
      text: 'The shares lie side by side as one bar. A random point falls on it, and the token it hits is written. A [seed](term:seed) fixes the point.',
      ask: ({ first, draws }: Draws) =>
        `${draws} points fall. How many hit ${quoted(first.text)}, which has ${percent(first.share)} after the cuts?`,
      then: ({ first, draws }: Draws) =>
        `${first.times} of ${draws}. ${percent(first.share)} of ${draws} would be ${(first.share * draws).toFixed(1)}; chance does the rest.`,
      caption: 'Drawn and share; the outline is what to expect',
      check: {
        ask: 'Why was the first token not picked this time?',
        options: ['The point fell on another one', 'The model changed its mind', 'A mistake was made'],
        why: 'First only means: the widest piece of the bar. The point can fall anywhere.',
      },
    },
    '6': {
      title: 'Creative?',
      text: 'Temperature is often sold as “creativity”. Look at what it does to the list.',
      ask: 'Does any temperature above 0 change the *order* of the list?',
      options: ['Yes', 'No, never'],
      then: ({ same, cool, warm, coolEntropy, warmEntropy }: Orders) =>
        `${same ? 'Never' : 'Here rounding did'}: at T = 0.3 it begins ${listed(cool, 2)}; at T = 2 ${listed(warm, 2)}. Only how even it is changes: ${coolEntropy.toFixed(1)} bits against ${warmEntropy.toFixed(1)}.`,
      labels: ['T = 0.3', 'T = 2'],
      caption: 'The first five',
      check: {
        ask: 'What does a higher temperature do, then?',
        options: [
          'It finds better ideas',
          'It makes longer texts',
          'It lets unlikely tokens through more often',
        ],
        why: 'Whether that reads as new or as nonsense is for the reader to say. The model ranks them as before.',
      },
    },
  },
};
