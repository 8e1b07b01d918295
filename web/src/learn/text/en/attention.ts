import { logit, percent } from '../../../format/format';
import type { Carried, Earlier, Roles, Row } from '../../chapters/attention';
import { quoted } from '../../say';

export const attention = {
  title: 'One head, step by step',
  can: 'compute a small attention by hand.',
  gloss: '',
  teacher:
    'Misconception: attention finds the important words. Ask aloud: “What if a query fits every key equally badly?” About nine minutes. Step 5 is worth doing on paper with e ≈ 2.7.',
  steps: {
    '1': {
      title: 'Three roles',
      text: 'Every token plays three parts. Its [query](term:query): what I look for. Its [key](term:key): how I can be found. Its [value](term:value): what I hand over. Each is the same vector through another matrix.',
      ask: ({ key }: Roles) => `Are key and value of ${quoted(key)} the same vector?`,
      options: ['Yes, the same', 'No, two different ones'],
      then: ({ keyValue, queryKey, key, layer, head }: Roles) =>
        `${keyValue > 0.99 ? 'Nearly the same' : 'Different'}: in head ${head} of block ${layer} their cosine is ${logit(keyValue)}. The last token’s query and the key of ${quoted(key)} have ${logit(queryKey)}. Being found is one thing, handing something over another.`,
      caption: 'Cosines: 1 the same way, 0 unrelated',
      labels: ['query and key', 'key and value'],
      check: {
        ask: 'Searching the web: query is what you type, key is a title, value is a page. Where does the picture limp?',
        options: ['A head has no query', 'A head reads one page only', 'A head reads all pages, by shares'],
        why: 'A search shows a few pages whole. A head mixes all values, each with its share.',
      },
    },
    '2': {
      title: 'Score',
      text: 'How well does the last token’s [query](term:query) fit each [key](term:key)? Multiply the two vectors pair by pair and add: the larger the sum, the better the fit.',
      ask: ({ words, last }: Row) =>
        `Which key fits the query of the last ${quoted(words[last] ?? '')} best?`,
      then: ({ words, products, best, second, size }: Row) =>
        `${quoted(words[best]!)}, with a sum of ${products[best]!.toFixed(1)}; next is ${quoted(words[second] ?? '')} with ${(products[second] ?? 0).toFixed(1)}. The ${size} products stand in the picture: they add up to the score.`,
      caption: 'q·k of the last token with every key; hatched below zero',
      check: {
        ask: 'Twice the query: what becomes of the score?',
        options: ['Half', 'The same', 'Twice', 'Four times'],
        why: 'Every product has the query in it once, so every product doubles, and so does their sum.',
      },
    },
    '3': {
      title: 'Divide by √D',
      text: 'A sum of *D* products grows like √*D*. Dividing by it keeps the [softmax](term:softmax) from giving all to one.',
      ask: ({ shares, words, best }: Row) =>
        `Divided, ${quoted(words[best]!)} gets ${percent(Math.max(...shares))}. How much would the largest share be without dividing?`,
      then: ({ undivided, shares, bits, undividedBits, size }: Row) =>
        `${percent(Math.max(...shares))} become ${percent(Math.max(...undivided))}: from ${bits.toFixed(1)} bits to ${undividedBits.toFixed(1)}. Dividing by √${size} = ${Math.sqrt(size).toFixed(1)} leaves the others a say.`,
      labels: ['divided, as it is', 'not divided'],
      caption: 'The last token’s five largest shares',
      check: {
        ask: 'D products of numbers of variance 1, independent: what is the variance of their sum?',
        options: ['1', 'D', 'D²'],
        why: 'Variances of independent numbers add up: D times 1. The deviation is its root, √D.',
      },
    },
    '4': {
      title: 'Mask',
      text: 'What comes later is struck out before the shares are made, by a score of −∞. In training every row guesses its next token; seeing it would be cheating. This is the [causal mask](term:mask).',
      ask: ({ word, other }: Earlier) =>
        `The last ${quoted(word)} becomes ${quoted(other)}. Does any earlier row change?`,
      options: ['Yes, a little', 'No, not by one bit'],
      then: ({ change, last }: Earlier) =>
        change === 0
          ? `Both were run. Earlier rows: largest change exactly 0. The last row itself changes, by up to ${percent(last)}.`
          : `Both were run. The largest change in earlier rows is ${percent(change)}.`,
      labels: ['earlier rows', 'last row'],
      caption: 'Largest change of a share',
      check: {
        ask: 'Why −∞ before softmax, and not a share of 0 put in after it?',
        options: ['The other shares must still add up to 100 %', 'It is faster', 'Zero cannot be written'],
        why: 'e to −∞ is 0 and drops out of the sum, so the rest is divided by the right total.',
      },
    },
    '5': {
      title: 'Softmax',
      text: '*e* to the power of each score, divided by the sum of all: that is [softmax](term:softmax). One more point of score means 2.7 times the share.',
      ask: ({ words, scores, last }: Row) =>
        `Share out 100 % for the last ${quoted(words[last]!)}. Its scores: ${words.map((one, i) => `${quoted(one)} ${scores[i]!.toFixed(1)}`).join(', ')}.`,
      then: ({ words, shares, best, scores, second }: Row) =>
        `${quoted(words[best]!)} takes ${percent(shares[best])}. It leads ${quoted(words[second] ?? '')} by ${(scores[best]! - (scores[second] ?? 0)).toFixed(1)}, that is e^${(scores[best]! - (scores[second] ?? 0)).toFixed(1)} = ${Math.exp(scores[best]! - (scores[second] ?? 0)).toFixed(1)} times the share.`,
      caption: 'Score → share',
      check: {
        ask: 'Scores 10.2, 0.5, 2.1, 5.3: how large is the first share?',
        options: ['about 57 %', 'about 90 %', 'about 99 %'],
        why: 'The next best is 4.9 behind: e^4.9 is about 134. So the first has 134 of some 135 parts, 99.2 %.',
      },
    },
    '6': {
      title: 'Mix the values',
      text: 'The head hands on the [values](term:value) of all tokens, mixed by these shares. How much comes from a token depends on two things: its share, and how long its value is.',
      ask: ({ shares }: Carried) =>
        `The first token has a share of ${percent(shares[0])}. How much of what is carried comes from it?`,
      then: ({ shares, carried }: Carried) =>
        Math.abs(carried[0]! - shares[0]!) < 0.02
          ? `${percent(carried[0])}, about its share: its value is as long as the others.`
          : carried[0]! < shares[0]!
            ? `${percent(carried[0])} with a share of ${percent(shares[0])}: its value is short. A head with nothing to do can rest its look there.`
            : `${percent(carried[0])} with a share of ${percent(shares[0])}: its value is longer than the others.`,
      caption: 'What is carried: share × length of the value; the outline is the share alone',
      check: {
        ask: 'A share of 60 % on a value that is all zeros carries …',
        options: ['nothing', '60 %', 'a little'],
        why: '0.6 times nothing is nothing. A large share alone does not say that anything came over.',
      },
    },
    '7': {
      title: 'All together',
      text: '`softmax(Q·Kᵀ / √D + M) · V`: that is the whole of it, for all tokens at once.',
      ask: 'In which order is it worked out?',
      options: [
        'mask, multiply, softmax, divide, mix',
        'multiply, divide, mask, softmax, mix',
        'softmax, multiply, divide, mask, mix',
      ],
      then: 'Multiply queries and keys, divide by √*D*, strike out the future, make shares, mix the values. The result goes through [W_O](term:wo) into the [residual stream](term:residual).',
      check: {
        ask: 'Which of the five knows what the words mean?',
        options: ['Multiply', 'Softmax', 'Mix', 'None of them'],
        why: 'What was learnt sits in the matrices that make Q, K and V. The five steps are plain arithmetic.',
      },
    },
  },
};
