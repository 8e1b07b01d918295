import { logit } from '../../../format/format';
import type { Both, Cuts, Off, Pair, Path, Pushes } from '../../chapters/why';
import { quoted } from '../../say';

export const why = {
  title: 'Why this word?',
  can: 'tell reading out from intervening, and doubt both.',
  gloss: '',
  teacher:
    'Misconception: attention weights explain the answer. Ask aloud: “How would you find out who scored, if you may only remove players?” About nine minutes.',
  steps: {
    '1': {
      title: 'Who pushed?',
      text: 'The answer’s [logit](term:logit) is a sum: every part of every block wrote something into the stream, and each share of the sum can be read out, against the average token.',
      ask: ({ target }: Pushes) => `Whose pushes towards ${quoted(target)} add up to most?`,
      options: ['All heads', 'All MLPs', 'Embedding and place'],
      then: ({ heads, mlps, embedding, rest, whole, target }: Pushes) =>
        `Heads ${heads.toFixed(2)}, MLPs ${mlps.toFixed(2)}, embedding and place ${embedding.toFixed(2)}, biases and rounding ${logit(rest)}: together ${whole.toFixed(2)}, by which ${quoted(target)} leads the average token.`,
      labels: ['heads', 'MLPs', 'embedding', 'biases, rounding'],
      caption: 'Pushes, in logits; hatched below zero',
      check: {
        ask: 'What is held fixed in such a sum?',
        options: ['The sentence', 'The scale of the final norm', 'The temperature'],
        why: 'The norm divides by the length of the whole stream. The sum takes that number as given, though each part changes it a little.',
      },
    },
    '2': {
      title: 'Cut one look',
      text: 'Reading out is one thing, changing another. Now the last token is forbidden to look at *one* earlier word, in all heads of all blocks.',
      ask: 'Without which look does the list change most? (The first token is set aside.)',
      then: ({ words, best, bits, said, first }: Cuts) =>
        `${quoted(words[best]!)}: the list moves by ${bits[best]!.toFixed(2)} bits, and the favourite is ${quoted(said)}. The first token would be ${first.toFixed(2)}: many heads rest their look there, and must then put it elsewhere.`,
      caption: 'Bits by which the list moves',
      check: {
        ask: 'A word whose look can be cut without any effect …',
        options: ['was not read by the model', 'may have been read by other words before', 'has no meaning'],
        why: 'Words in between may have taken it up. Only the last token’s own look was cut.',
      },
    },
    '3': {
      title: 'Switch a head off',
      text: 'Each head’s output is set to 0 in turn, at the last place, and the list compared.',
      ask: ({ layers, heads }: Off) =>
        `For how many of the ${layers * heads} heads does the favourite change?`,
      then: ({ changed, layers, heads, bits, most, target }: Off) =>
        `For ${changed} of ${layers * heads}; otherwise it stays ${quoted(target)}. The largest effect has L${Math.floor(most / heads)}H${most % heads}, ${bits[most]!.toFixed(2)} bits.`,
      labels: ['block', 'head'],
      caption: 'Bits by which the list moves without each head',
      check: {
        ask: 'Switching a head off has no effect. Does it do nothing, then?',
        options: ['Yes', 'No: others can make up for it', 'It is broken'],
        why: 'Two heads may do the same. Take one, and nothing is missing; take both, and it is.',
      },
    },
    '4': {
      title: 'They disagree',
      text: 'Two measures of one head: how much it *pushes* the answer directly, and how much the answer’s share *loses* when the head is off (as a logarithm).',
      ask: 'How well do the two orders of heads agree (rank correlation)?',
      options: ['Hardly: below 0.3', 'Partly: 0.3 to 0.8', 'Well: above 0.8'],
      then: ({ correlation, odd }: Both) =>
        `${correlation.toFixed(2)}. They differ most at ${odd.name}: push ${odd.push.toFixed(2)}, loss ${odd.loss.toFixed(2)}. ${odd.push < -0.1 && odd.loss > 0 ? 'It even pushes the other way itself; yet later parts read what it wrote.' : odd.loss > odd.push ? 'It pushes little itself, but later parts read what it wrote.' : 'It pushes much, but others make up for it.'}`,
      labels: ['push most', 'are missed most'],
      caption: 'The first four of each order',
      check: {
        ask: 'How can a head that pushes nothing matter?',
        options: ['Later parts read what it wrote', 'By chance', 'It cannot'],
        why: 'Its output stays in the stream, and every later head and MLP may take it up.',
      },
    },
    '5': {
      title: 'Filled or emptied?',
      text: 'An often-told tale: in “… poured the pitcher into the cup and *filled* it” attention goes from “it” to the cup, with *emptied* to the pitcher.',
      ask: 'Is it so here, on average over all heads?',
      options: ['Yes, as it is told', 'No'],
      then: ({ filled, emptied, asTold }: Pair) =>
        `${asTold ? 'It is.' : 'It is not.'} After “filled”: cup ${filled.cup.toFixed(3)}, pitcher ${filled.pitcher.toFixed(3)}. After “emptied”: cup ${emptied.cup.toFixed(3)}, pitcher ${emptied.pitcher.toFixed(3)}. ${asTold ? '' : 'The picture was drawn, not measured on a model like this.'}`,
      labels: ['filled: cup', 'filled: pitcher', 'emptied: cup', 'emptied: pitcher'],
      caption: 'Where “it” looks, mean of all heads',
      check: {
        ask: 'A larger model does look as told. Does that prove it understood?',
        options: [
          'No: one would have to change something and look',
          'Yes',
          'Only if the share is above half',
        ],
        why: 'A look says where a head takes from, not what becomes of it. That shows when it is cut.',
      },
    },
    '6': {
      title: 'Follow the news',
      text: 'The same sentence with “morning” for “east”. Into *that* run one vector of ours is [put](term:patching), and one looks how much of our answer comes back: at the place of “east”, or at the last place.',
      ask: 'From which block on does the last place bring back more than the place of “east”?',
      then: ({ handed, atWord, atLast, ours, theirs }: Path) =>
        `From block ${handed}. Put in before block 0 at “east”, ${atWord[0]![1].toFixed(2)} of the way from ${quoted(theirs)} to ${quoted(ours)} comes back; before the last block it is ${atWord.at(-1)![1].toFixed(2)} there and ${atLast.at(-1)![1].toFixed(2)} at the last place. The news has moved over.`,
      labels: ['block', 'part that comes back', 'at “east”', 'at the last place'],
      caption: '1 is all of our answer, 0 none of it',
      check: {
        ask: 'Which part carried it from row to row?',
        options: ['An MLP', 'LayerNorm', 'Attention'],
        why: 'Nothing else connects rows. The curve shows between which blocks it happened.',
      },
    },
  },
};
