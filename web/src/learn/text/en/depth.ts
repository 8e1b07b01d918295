import { percent } from '../../../format/format';
import type { Drop, Ladder, Towers, Untouched } from '../../chapters/depth';
import { quoted } from '../../say';

export const depth = {
  title: 'Block after block',
  can: 'read a logit lens, with its caveat.',
  gloss: '',
  teacher:
    'Misconception: each block “thinks” the next word. Ask aloud: “Who reads the stream in the middle?” (Nobody but us.) About six minutes.',
  steps: {
    '1': {
      title: 'Its guess so far',
      text: 'Every [block](term:block) adds something to the last token’s vector. Read that vector after each block as if it were the last one: the [logit lens](term:lens).',
      ask: ({ favourite }: Ladder) =>
        `After which block does ${quoted(favourite)} lead, and stay in the lead?`,
      then: ({ leads, favourite, guesses }: Ladder) =>
        `After block ${leads}. On the way it reads ${guesses.slice(0, 6).map(quoted).join(', ')}${guesses.length > 6 ? ' and so on' : ''}${guesses.at(-1) === favourite ? '' : `, at the end ${quoted(favourite)}`}.`,
      caption: 'Guess before each block, with the share of the final favourite',
      check: {
        ask: 'What is the last line of the ladder?',
        options: ['A better model', 'The model’s answer itself', 'A mean of all lines'],
        why: 'After the last block the lens does what the model does. Only there is it no “as if”.',
      },
    },
    '2': {
      title: 'The untouched vector',
      text: 'Before any block there is only the token’s [embedding](term:embedding) and its place. Nothing has been read yet.',
      ask: ({ last }: Untouched) => `What does this vector alone, of ${quoted(last)}, predict next?`,
      options: ['The same token again', 'The favourite at the end', 'Another token'],
      then: ({ kind, guess, share, last, favourite }: Untouched) =>
        kind === 'itself'
          ? `${quoted(guess)} itself, with ${percent(share)}. Words go in and come out by the same table, so a vector fits its own row best. The blocks have to lead away from it first.`
          : kind === 'favourite'
            ? `${quoted(guess)}, with ${percent(share)}: already what the model says at the end.`
            : `${quoted(guess)}, with ${percent(share)}: neither ${quoted(last)} nor ${quoted(favourite)}.`,
      check: {
        ask: 'What must the blocks do first, if a vector begins by naming its own token?',
        options: ['Move it away from its own token', 'Make it longer', 'Forget its place'],
        why: 'A text that says each word twice is rare. From the row of “the” the stream must come to what follows “the”.',
      },
    },
    '3': {
      title: 'Who moved it?',
      text: 'Each half step of the ladder belongs to one part: first [attention](term:attention), then the [MLP](term:mlp). The distance to the final list is measured in bits ([KL](term:kl)).',
      ask: 'From block 1 on, the largest single step towards the answer: which part made it?',
      options: ['An attention', 'An MLP'],
      then: ({ part, layer, before, after }: Drop) =>
        `The ${part === 'attention' ? 'attention' : 'MLP'} of block ${layer}: from ${before.toFixed(2)} bits to ${after.toFixed(2)}. ${part === 'attention' ? 'It brought something over from earlier words.' : 'It made something of what was there already.'}`,
      labels: ['block', 'bits to the answer'],
      caption: 'Distance to the final list',
      check: {
        ask: 'Which part alone can bring “east” to the last row?',
        options: ['An MLP', 'An attention', 'A norm'],
        why: 'MLPs and norms work on each row alone. What another word knows comes by attention or not at all.',
      },
    },
    '4': {
      title: 'A shorter tower',
      text: 'Now leave out the last blocks altogether. The rest goes straight to the list.',
      ask: ({ half, layers, favourite }: Towers) =>
        `With the first ${half} of ${layers} blocks: is ${quoted(favourite)} still first?`,
      options: ['Yes', 'No'],
      then: ({ lists, half, stays, favourite }: Towers) =>
        stays
          ? `Yes, ${quoted(favourite)} leads already, with ${percent(lists[half]?.[0]?.share)}.`
          : `No: it says ${quoted(lists[half]?.[0]?.text ?? '')}, with ${percent(lists[half]?.[0]?.share)}. Slide to see from how many blocks on ${quoted(favourite)} comes.`,
      caption: 'The list, by blocks kept',
      labels: ['blocks kept:'],
      check: {
        ask: 'No block at all: on what does the list rest?',
        options: ['On the whole sentence', 'On nothing', 'On the last token and its place'],
        why: 'Without blocks there is no attention, and the last row knows only itself.',
      },
    },
    '5': {
      title: 'A view, not a thought',
      text: 'Early blocks were never trained to be read like this. Whatever they write only has to be of use to the blocks above.',
      ask: 'The lens shows “same” after block 5. Which sentence is right?',
      options: ['It thought of “same” first', 'Read this way, block 5 says “same”', 'Block 5 is wrong'],
      then: 'The second. The lens is our way of reading, trained into no block. A vector can hold much that this reading does not show.',
      check: {
        ask: 'How could one test whether a vector really carries the answer?',
        options: ['Put it into another run and look', 'Read it more carefully', 'Ask the model'],
        why: 'That is patching: what changes when the vector is changed, is an effect and no reading.',
      },
    },
  },
};
