import { count, percent } from '../../../format/format';
import type { Found, Induction, It, Removed, Resting, Shape } from '../../chapters/heads';
import { quoted } from '../../say';

export const heads = {
  title: 'Many heads',
  can: 'find a head by its work, and doubt a label.',
  gloss: '',
  teacher:
    'Misconception: every head has a given job, and each gets a part of the embedding. Ask aloud: “How would you find out what a head does?” About eight minutes.',
  steps: {
    '1': {
      title: 'What does a head read?',
      text: 'A [block](term:block) has several [heads](term:head) side by side. Each has matrices of its own for [query](term:query), [key](term:key) and [value](term:value).',
      ask: ({ width, heads }: Shape) =>
        `A token’s vector has ${width} numbers, the block ${heads} heads. What does one head read?`,
      options: ['Its own part of the numbers', 'All the numbers'],
      then: ({ width, size, heads }: Shape) =>
        `All ${width}: its W_Q has ${width} × ${size} numbers. What is split is what comes *out*: ${heads} times ${size} make ${heads * size}. “Each head gets a part of the embedding” is the most common error about attention.`,
      check: {
        ask: 'Twice as many heads at the same width: how many parameters do they have together?',
        options: ['Twice as many', 'The same', 'Half as many'],
        why: 'Each head gets half as wide, so W_Q, W_K and W_V keep their sizes.',
      },
    },
    '2': {
      title: 'A head that looks one back',
      text: 'Nobody gave the heads tasks. What one does has to be *measured*: here, how much each token looks at the token just before it, on average.',
      ask: 'Which of these four looks most at the token before?',
      then: ({ best, scores }: Found) =>
        `Of all ${count(scores.length)} heads it is L${best.layer}H${best.head}, with ${percent(best.score)}. ${best.score > 0.7 ? 'That is nearly all it does here.' : best.score > 0.4 ? 'That is much, but not all it does.' : 'That is little: this model has no head for it alone.'}`,
      labels: ['block', 'head'],
      caption: 'How much each head looks one back',
      check: {
        ask: 'What would convince you that this is what the head is for?',
        options: ['Its name', 'A second look', 'Random words, and switching it off'],
        why: 'On random words habits of the sentence fall away; switching off shows whether anything depends on it.',
      },
    },
    '3': {
      title: 'Resting on the first token',
      text: 'A head’s shares must add up to 100 %, even where it has nothing to do. Many heads then rest their look on the first token.',
      ask: 'How much goes to the first token, on average over all heads and rows?',
      then: ({ mean, scores }: Resting) =>
        `${percent(mean)}; in the most extreme head ${percent(Math.max(...scores))}. ${mean > 0.4 ? 'A resting place, then: often its value is short and hardly anything is carried.' : 'Not so much here: a short text leaves few other places, and still heads look elsewhere.'}`,
      labels: ['block', 'head'],
      caption: 'How much each head looks at the first token',
      check: {
        ask: 'Is the first token then unimportant and can be cut off?',
        options: [
          'Yes, nothing is carried',
          'No: the looks would have to go elsewhere',
          'Yes, if the text is long',
        ],
        why: 'The shares must still make 100 %. Take the resting place away, and they fall on words where they do harm.',
      },
    },
    '4': {
      title: 'Copying: the induction test',
      text: 'After “A B … A”, what now? Two heads in a row can do it: one notes who stood before, the next looks for “what came after my twin”. That is [induction](term:induction). Here “sat on the” comes twice.',
      ask: 'Does a head of this model give most of its look (40 % or more) to what followed the twin?',
      options: ['Yes', 'No'],
      then: ({ best, layer, head, repeats }: Induction) =>
        `The best is L${layer}H${head} with ${percent(best)}, over ${repeats} repeated tokens. ${best > 0.7 ? 'It copies. Larger models have many of these.' : best > 0.3 ? 'It leans that way, and does other things too: no clear induction head. Larger models have many.' : 'No induction head: small models often have none, large ones many.'}`,
      caption: 'The five highest induction scores',
      check: {
        ask: 'Why does one head alone not do?',
        options: [
          'One head is too weak',
          'Heads may not look twice',
          'The second has to find a token by what stood *before* it',
        ],
        why: 'A token does not carry its predecessor by itself: a head below must first have written it there.',
      },
    },
    '5': {
      title: 'Whom does “it” mean?',
      text: 'The best-known picture of attention: “it” looks at “animal”. Let us look, over all heads of this model.',
      ask: 'From “it”, where do the heads look most? (The first token and “it” itself are set aside.)',
      then: ({ words, best, shares, noun, change }: It) =>
        `At ${quoted(words[best]!)}, ${percent(shares[best])} on average; ${quoted(noun.word)} gets ${percent(noun.share)}, in one head up to ${percent(noun.most)}. Put “wide” for “tired”: the row of “it” changes by ${change === 0 ? 'exactly 0, for the word comes later and is masked' : percent(change)}.`,
      caption: 'Where “it” looks, mean of all heads',
      check: {
        ask: 'Which model could use “tired” to settle what “it” means, at the place of “it”?',
        options: ['A larger GPT', 'One that also sees what comes after', 'None'],
        why: 'An encoder has no causal mask. A GPT can only use “tired” in rows from “tired” on.',
      },
    },
    '6': {
      title: 'W_O joins them',
      text: 'The heads’ outputs stand side by side and go through one matrix, [W_O](term:wo), back into the [stream](term:residual). Now each head in turn is [switched off](term:knockout).',
      ask: 'How much does the next-token list change, for the head in the middle of the field?',
      options: ['Hardly: below 0.05 bits', 'Noticeably: 0.05 to 0.5', 'Much: above 0.5'],
      then: ({ median, most, at, heads }: Removed) =>
        `The median is ${median.toFixed(3)} bits; the largest, L${Math.floor(at / heads)}H${at % heads}, ${most.toFixed(2)}. ${median < 0.05 ? 'Most heads can go alone without much loss: others make up for them.' : 'Here single heads matter.'}`,
      labels: ['block', 'head', 'bits'],
      caption: 'How far the list moves when the head is off',
      check: {
        ask: '“Eight heads lose 90 % less information than one.” What would one have to measure?',
        options: [
          'Nothing, it is plausible',
          'The same model trained with one head and with eight',
          'The size of W_O',
        ],
        why: 'Such a figure needs two trained models and a measure of loss. None is given with the claim.',
      },
    },
  },
};
