import { count } from '../../../format/format';
import type { Fits, Languages, Merging, Pieces, Spellings } from '../../chapters/tokens';
import { quoted } from '../../say';

export const tokens = {
  title: 'Text becomes tokens',
  can: 'tell why lengths, prices and spelling errors depend on tokens.',
  gloss: '',
  teacher:
    'Misconception: a model reads letters or words. Ask aloud: “Why do models miscount the letters of a word?” About six minutes.',
  steps: {
    '1': {
      title: 'Words are not tokens',
      text: 'The model reads pieces from a fixed list, its [vocabulary](term:vocabulary). A piece, a [token](term:token), may be a word, a part of one, or a sign.',
      ask: 'How many tokens is “Unbelievably, data visualization empowers grandmothers”?',
      then: ({ pieces, words, split }: Pieces) =>
        `${pieces.length} tokens for ${words} words. ${split ? `${quoted(split)} stands in several pieces: as a whole it was too rare for a place on the list.` : 'Here every word is on the list.'}`,
      caption: 'The pieces in their order',
      check: {
        ask: 'Why is it hard for such a model to count the letters of a word?',
        options: [
          'It cannot count',
          'It never sees the letters, only the number of a piece',
          'Letters are too small',
        ],
        why: 'It gets one number for the whole piece. Which letters are in it, it can only have learnt from texts about it.',
      },
    },
    '2': {
      title: 'Merging pairs',
      text: 'How does a word fall into pieces? Begin with single signs. Then the pair that stands first on a learnt list of merges is joined, again and again, until no pair is on the list.',
      ask: 'In “ empowers” (with the space before it): which pair is joined first?',
      then: ({ pairs, first, rank, steps }: Merging) =>
        `${quoted(pairs[first]!)}: it is number ${count(rank + 1)} on the list of merges, because it was so frequent. After ${steps} merges the pieces are done.`,
      check: {
        ask: 'Why is “ the” a single token?',
        options: [
          'Its pairs were merged early, being so frequent',
          'It was put in by hand',
          'It has three letters',
        ],
        why: 'The list was made by counting: the most frequent pair is joined first, then the next, and so on.',
      },
    },
    '3': {
      title: 'The space belongs to the word',
      text: 'Most words carry the space before them in their token. Capital letters make other tokens, too.',
      ask: 'How many different tokens are “apple”, “ apple” and “Apple”?',
      options: ['All the same', 'Two', 'Three different ones'],
      then: ({ ids, different }: Spellings) =>
        `${different === 3 ? 'Three' : different === 2 ? 'Two' : 'One'}: ${ids.map(({ text, ids: of }) => `“${text}” ${of.join(' + ')}`).join(', ')}. To the model these are different numbers; that they mean the same it has to learn.`,
      check: {
        ask: 'A prompt ends with a space. Why does that often spoil the answer?',
        options: ['Spaces are forbidden', 'The next word would bring its own space', 'The text is longer'],
        why: 'After a lone space the usual tokens, those with the space in them, no longer fit.',
      },
    },
    '4': {
      title: 'Not all languages cost the same',
      text: 'The list was made from mostly English text. A Hangul syllable is three bytes, and often as many tokens.',
      ask: 'How many times as many tokens is the Korean greeting “안녕하세요, 만나서 반가워요” as “Hello, nice to meet you”?',
      then: ({ english, korean, times }: Languages) =>
        `${korean.tokens} against ${english.tokens}: ${times.toFixed(1)} times, for ${korean.characters} characters against ${english.characters}.`,
      caption: 'Tokens of the two greetings',
      check: {
        ask: 'What follows for whoever writes Korean to such a model?',
        options: ['Nothing', 'Only that it is slower', 'It costs more, and less fits into the context'],
        why: 'Time, price and the context are all counted in tokens.',
      },
    },
    '5': {
      title: 'How much fits',
      text: 'What a model can read at once is its [context](term:context). There is no other memory: what is not in it is not there.',
      ask: 'What happens with one token more than fits?',
      options: [
        'It is read more slowly',
        'There is no place for it: it has to be refused',
        'The model remembers the rest',
      ],
      then: ({ tokens, context }: Fits) =>
        `${count(context)} fit; this text has ${tokens}. Every place has a learnt row of its own, and there is none beyond the last. Chat programs cut old text away first.`,
      labels: ['this text', 'the context'],
      caption: 'Tokens',
      check: {
        ask: 'What would a longer context need?',
        options: ['Rows for the new places, memory and time', 'A longer vocabulary', 'More heads'],
        why: 'Places must be told somehow, and every token looks at all before it: that takes time and memory.',
      },
    },
  },
};
