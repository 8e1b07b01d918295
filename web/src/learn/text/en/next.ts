import { count, milliseconds, percent } from '../../../format/format';
import type { Held, Listed, Reused, Surprises, Windows } from '../../chapters/next';
import { listed, quoted } from '../../say';

export const next = {
  title: 'What comes next?',
  can: 'say what a language model computes, and that it does nothing else.',
  gloss: '',
  teacher:
    'Misconception: the model plans whole sentences. Ask aloud: “Where does it keep what it is going to say?” About six minutes. Let everybody write a word down before step 1 is shown.',
  steps: {
    '1': {
      title: 'Your guess first',
      text: 'The model reads the sentence and answers one question only: which [token](term:token) comes next? Its answer is covered. Answer it yourself first.',
      ask: 'Which word would you put next?',
      then: ({ top }: Listed) =>
        `This is its list. It begins with ${listed(top)}. Every word it knows is on it, yours too, with a share of its own.`,
      caption: 'The head of the list',
      check: {
        ask: 'Does it list these words because it knows about the sky?',
        options: [
          'Yes, it looks the answer up',
          'No: in what it read, such words follow such words',
          'No, the list is chance',
        ],
        why: 'Nobody gave it facts. It has read much text and learnt which tokens tend to follow which.',
      },
    },
    '2': {
      title: 'A share for every token',
      text: 'It never says one word. It gives *every* token of its [vocabulary](term:vocabulary) a share; together they make 100 %. That is a [distribution](term:distribution).',
      ask: 'How much do the first ten tokens hold together?',
      then: ({ ten, thousand, vocabulary, first }: Held) =>
        ten > 0.8
          ? `Ten of ${count(vocabulary)} tokens hold ${percent(ten)}: here it is quite sure. ${quoted(first.text)} alone has ${percent(first.share)}.`
          : `Ten tokens hold ${percent(ten)}, a thousand ${percent(thousand)}. The other ${count(vocabulary - 1000)} share the rest: rarely is it sure.`,
      caption: 'Added up from the first on',
      labels: ['first 10', 'first 100', 'first 1,000', 'all of them'],
      check: {
        ask: 'You put another sentence in. What do all shares add up to?',
        options: ['It depends on the sentence', 'Less, for a rare sentence', 'Always 100 %'],
        why: 'Softmax divides by the sum of everything, so the shares of any sentence make exactly 100 %.',
      },
    },
    '3': {
      title: 'The map',
      text: 'From left to right: words become *tokens*, tokens become rows of numbers (*embedding*), then block after block of *attention* and *MLP*, which only add to those rows; at the end every row is turned into a *list*.',
      ask: 'Which part moves information from one word to another?',
      options: ['Embedding', 'MLP', 'Attention', 'The list at the end'],
      then: '[Attention](term:attention) alone. All other parts work on each token by itself. The dots in the picture say how much the lit word takes from each earlier word.',
      check: {
        ask: 'Without attention, on what could the guess for the next token depend?',
        options: ['On the last token alone', 'On the first token', 'On nothing at all'],
        why: 'Each row would be worked on alone, so the last row would know its own token and place and nothing else.',
      },
    },
    '4': {
      title: 'One token, then again',
      text: 'To write a text it draws *one* token from the list, appends it and starts again with the longer text. It has no plan: this is all. The word for it is [autoregressive](term:autoregressive).',
      ask: 'Three tokens will be appended. Which rows must be computed for each new one?',
      options: ['All rows again', 'Only the row of the new token', 'None'],
      then: ({ tokens, reused, milliseconds: ms }: Reused) =>
        reused === 0
          ? `This run took nothing over: all ${tokens} rows were computed, in ${milliseconds(ms)}.`
          : `In the newest run ${reused} of ${tokens} rows were taken over, ${tokens - reused} computed, in ${milliseconds(ms)}. A row never depends on later words, so old rows stay right.`,
      check: {
        ask: 'Where does the model keep the rest of the sentence it is going to write?',
        options: ['In the last row', 'In its memory', 'Nowhere'],
        why: 'It has a list for one next token. What follows is decided only when that token is there.',
      },
    },
    '5': {
      title: 'It predicts at every place',
      text: 'Every row makes a list for *its* next token, not just the last one. So each word of a text can be compared with what was expected: few [bits](term:surprise) where it was expected, many where not.',
      ask: 'Which word of the sentence surprised the model most?',
      then: ({ words, bits, most, expected, mean }: Surprises) =>
        `${quoted(words[most] ?? '')}, with ${(bits[most] ?? 0).toFixed(1)} bits: in its place it expected ${quoted(expected)}. On average a word took ${mean.toFixed(1)} bits. Training makes just this number small; text is the only teacher it needs.`,
      caption: 'Bits of surprise for each word',
      check: {
        ask: 'A word with 0 bits …',
        options: ['was entirely expected', 'was impossible', 'means nothing'],
        why: '0 bits is −log2 of a share of 100 %: nothing else was thought possible.',
      },
    },
    '6': {
      title: 'How far back?',
      text: 'Now the model may see only the last *w* tokens. With *w* = 1 it knows the last one alone.',
      ask: ({ favourite }: Windows) =>
        `With the whole sentence its favourite is ${quoted(favourite)}. From which *w* on does it stay among the first five?`,
      then: ({ least, favourite, lists, words }: Windows) =>
        least === 1
          ? `From the first: the last token alone leads to ${quoted(favourite)}. Slide and watch the shares.`
          : `From *w* = ${least}: ${quoted(words.at(-least) ?? '')} has to be in sight. With one token less its favourite is ${quoted(lists[least - 2]?.[0]?.text ?? '')}, with the last alone ${quoted(lists[0]?.[0]?.text ?? '')}.`,
      caption: 'What comes next, seen through the window',
      labels: ['w ='],
      check: {
        ask: 'Why does a short window give such general words?',
        options: [
          'The model gets tired',
          'It answers for all texts that end like this',
          'It has forgotten its training',
        ],
        why: 'Whoever sees only “in the” must be ready for every text that ends so. More context leaves fewer ways to go on.',
      },
    },
  },
};
