import { count, percent } from '../../../format/format';
import type { Cached, Experts, Held, Linear, Tiles, Windows, Work } from '../../chapters/cost';
import { quoted } from '../../say';

export const cost = {
  title: 'What length costs',
  can: 'do the arithmetic of length for any model.',
  gloss: '',
  teacher:
    'Misconception: attention is always the expensive part. Ask aloud: “What grows with every token that stands before, and what does not?” About nine minutes.',
  steps: {
    '1': {
      title: 'Count',
      text: 'One more token costs *L*(12*C*² + 2*Ct*) + *VC* multiplications: blocks, looks at *t* tokens before it, and the list. Only 2*Ct* grows with the text.',
      ask: 'With a full context: which share of a token’s work is attention’s 2*Ct* in this model?',
      then: ({ share, weights, vocabulary, half }: Work) =>
        `${percent(share)}. The blocks’ weights cost ${count(weights)}, the list ${count(vocabulary)}, whatever stands before. Looks cost as much as the blocks’ weights only from ${count(half)} tokens on (6*C*).`,
      labels: ['tokens before', 'attention’s share'],
      caption: 'Attention’s share of the work for one token',
      check: {
        ask: 'Twice as wide (*C*): from how many tokens on are looks half of a block’s work?',
        options: ['From half as many', 'From twice as many', 'From the same number'],
        why: 'The weights grow with C², the looks with C. The point where they meet is 6C.',
      },
    },
    '2': {
      title: 'The cache',
      text: 'Keys and values of earlier tokens never change. Whoever keeps them, in a [cache](term:cache), computes only the new token’s row.',
      ask: 'One token more: how many times as many rows without a cache as with it?',
      then: ({ without, with: kept, times }: Cached) =>
        `${without} rows against ${kept}: ${times} times here. “Ten times faster” is one point of a line that goes on rising with the text.`,
      labels: ['without', 'with'],
      caption: 'Rows to compute for one more token',
      check: {
        ask: 'Why are the queries not kept?',
        options: ['They are too large', 'They change', 'Nobody asks for an old query again'],
        why: 'A query is used by its own row once. Keys and values are used by every later row.',
      },
    },
    '3': {
      title: 'Its memory',
      text: 'For each token the [cache](term:cache) holds a key and a value per head and block. Heads can share them: in groups (GQA), or all of one (MQA).',
      ask: ({ context }: Held) =>
        `How many MB does the cache take at ${count(context)} tokens, two bytes a number?`,
      then: ({ megabytes, rows, bits }: Held) =>
        `${megabytes.toFixed(1)} MB; with one group ${(rows.at(-1)!.bytes / 1e6).toFixed(1)}. Merging this model’s keys and values by their mean moves its list by ${bits.map(({ groups, bits: moved }) => `${moved.toFixed(1)} bits (${groups})`).join(', ')}: it was not trained this way, and such models are.`,
      labels: ['groups'],
      caption: 'Memory of the cache, by groups of keys and values',
      check: {
        ask: 'Which does MQA save most of?',
        options: ['Multiplications', 'Memory, and its reading', 'Parameters of the MLP'],
        why: 'Queries still meet every key. But fewer keys and values are kept, and read for each token.',
      },
    },
    '4': {
      title: 'A window',
      text: 'If every token looks only at the last *w*, work grows with *n·w* instead of *n*². And through *L* blocks news still travels up to *L*(*w* − 1) tokens.',
      ask: ({ favourite }: Windows) => `From which *w* on does ${quoted(favourite)} stay first?`,
      then: ({ least, lists, layers }: Windows) =>
        `From *w* = ${least} of ${lists.length}. Through ${layers} blocks that could reach ${layers * Math.max(0, least - 1)} tokens back, if the model had learnt to hand news on.`,
      labels: ['w ='],
      caption: 'The list, seen through a window',
      check: {
        ask: 'A text ten times as long, the same window: how does the work of all looks grow?',
        options: ['Ten times', 'A hundred times', 'Not at all'],
        why: 'n·w: with w fixed it grows like n. Without a window it would be n², a hundred times.',
      },
    },
    '5': {
      title: 'Linear attention',
      text: 'Replace e^(q·k) by φ(q)·φ(k): then sums over all earlier keys can be kept, and no table of *n* × *n* is needed. GPT-2 was not trained this way: this shows the arithmetic, not what such a model would say.',
      ask: 'From which length *T* on is it less work, per head of size *D*?',
      options: ['Always', 'From about T > D', 'From about T > D²'],
      then: ({ size, apart }: Linear) =>
        `Looks cost *T·D* a token, kept sums *D·D*: equal at T = D = ${size}. On this head’s own vectors the shares come out ${percent(apart)} apart from softmax.`,
      caption: 'Linear shares of the last token; the outline is softmax',
      check: {
        ask: 'What is lost?',
        options: ['Speed', 'Sharp looks at one token', 'The order'],
        why: 'e to the power makes large differences larger. φ does not, so shares stay flat.',
      },
    },
    '6': {
      title: 'In tiles (FlashAttention)',
      text: 'The whole table of scores need not be in memory. Go through the keys in tiles, with a running maximum, sum and output.',
      ask: 'Is the result exact, or an approximation?',
      options: ['Exact, but for rounding', 'An approximation'],
      then: ({ difference, tokens, tile, length }: Tiles) =>
        `In tiles of ${tile} over ${tokens} keys of this head: a difference of ${difference.toExponential(0)} on a vector of length ${length.toFixed(2)}. Only the order of the sums is another.`,
      check: {
        ask: 'Which becomes of a smaller order: time or memory?',
        options: ['Time', 'Memory', 'Both'],
        why: 'Every pair is still multiplied: n². But only a tile is held at a time, not n × n.',
      },
    },
    '7': {
      title: 'Experts',
      text: 'Mixture of experts: many [MLPs](term:mlp) side by side, and each token goes through a few only. Here this MLP’s neurons are cut in eight groups, and the two that write most are kept. GPT-2 was not trained this way.',
      ask: 'How much of the length of what is written do the two keep?',
      then: ({ kept }: Experts) =>
        `${percent(kept)}. It took all eight to know which two: a real router guesses that from the vector beforehand, and is trained for it.`,
      caption: 'Length of what each group writes',
      check: {
        ask: 'What is an expert in such a model?',
        options: ['A whole model', 'A subject such as law', 'An MLP in a block'],
        why: 'Attention and the rest are shared. And no one tells experts what to be experts of.',
      },
    },
  },
};
