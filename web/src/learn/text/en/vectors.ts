import { count, percent } from '../../../format/format';
import type { Apart, Near, Products, Table, Twice } from '../../chapters/vectors';
import { quoted } from '../../say';

export const vectors = {
  title: 'Tokens become vectors',
  can: 'read a strip of numbers, and say what “near” means.',
  gloss: '',
  teacher:
    'Misconception: the numbers of a word each mean something. Ask aloud: “Are ‘hot’ and ‘cold’ near or far?” About six minutes.',
  steps: {
    '1': {
      title: 'A row of a table',
      text: 'Every token of the [vocabulary](term:vocabulary) has a row of numbers, its [embedding](term:embedding). It is looked up, not computed. The strips in the picture are such rows.',
      ask: 'Which share of all the model’s numbers is this table?',
      then: ({ vocabulary, width, parameters, share }: Table) =>
        `${percent(share)}: ${count(vocabulary)} rows of ${width}, ${count(vocabulary * width)} of ${count(parameters)} numbers. ${share > 0.5 ? 'Small models are mostly table.' : 'The larger the model, the smaller this share.'}`,
      check: {
        ask: 'What is looked up, and what computed?',
        options: ['Embeddings are looked up, attention is computed', 'All is looked up', 'All is computed'],
        why: 'The table is fixed since training. What words do with one another is computed for each text anew.',
      },
    },
    '2': {
      title: 'Near means used alike',
      text: 'Two rows can point the same way, or not. Their [cosine](term:cosine) says how much: 1 the same way, 0 unrelated.',
      ask: ({ of }: Near) => `Which of these has the row nearest to that of ${quoted(of)}?`,
      then: ({ offered, best, list, of }: Near) =>
        `${quoted(offered[best]!.text)}, ${offered[best]!.cosine.toFixed(2)}. Nearest of all to ${quoted(of)}: ${list
          .slice(0, 4)
          .map(({ text, cosine }) => `${quoted(text)} ${cosine.toFixed(2)}`)
          .join(', ')}.`,
      caption: 'The nearest words',
      check: {
        ask: 'Opposites such as “hot” and “cold”: near or far?',
        options: ['Near: they stand in the same places', 'Far: they mean the opposite', 'Neither'],
        why: 'Rows come from use. “The soup is …” takes both, so both were pushed the same way.',
      },
    },
    '3': {
      title: 'One token, two places',
      text: 'A token that stands twice has the same row twice. Then a row for its [place](term:position) is added to each.',
      ask: ({ word }: Twice) =>
        `${quoted(word)} stands twice here. What is the cosine of the two, once their places are added?`,
      then: ({ before, after }: Twice) =>
        `${before.toFixed(2)} before, ${after.toFixed(2)} after. ${after > 0.7 ? 'The word weighs more than its place.' : 'The places tell them well apart.'}`,
      labels: ['token alone', 'with its place'],
      caption: 'Cosine of the two rows',
      check: {
        ask: 'What would be missing without this addition?',
        options: ['The meaning', 'Whatever tells the two apart at the start', 'Nothing'],
        why: 'Two equal rows, and no trace of where each stands.',
      },
    },
    '4': {
      title: 'Meaning grows with depth',
      text: 'A word’s vector takes up its surroundings, block by block. Here “bank” stands once by a river, once as a place to go.',
      ask: 'From block 1 to the end: do the vectors of the two “bank” move apart or together?',
      options: ['Apart', 'Together', 'Neither'],
      then: ({ first, last }: Apart) =>
        `From ${first.toFixed(2)} to ${last.toFixed(2)}: ${last < first - 0.02 ? 'apart. Each has taken something of its neighbours.' : last > first + 0.02 ? 'together, for all its surroundings.' : 'neither. This model hardly tells the two apart.'}`,
      labels: ['block', 'cosine'],
      caption: 'How alike the two are, before each block',
      check: {
        ask: 'Which part can make them differ, beyond their places?',
        options: ['The MLP', 'LayerNorm', 'Attention'],
        why: 'The token is the same; only attention brings in that one stands near “river”.',
      },
    },
    '5': {
      title: 'Dot product',
      text: 'The one calculation everything rests on: multiply two rows number by number, and add up. That is the [dot product](term:dot). It is large where both point the same way.',
      ask: ({ query, key }: Products) =>
        `Eight numbers of the query of the last ${quoted(query)} and of the key of ${quoted(key)}: is their sum of products above or below zero?`,
      options: ['Above', 'Below'],
      then: ({ total, products }: Products) =>
        `${total > 0 ? 'Above' : 'Below'}: ${total.toFixed(2)}. ${products.filter((value) => value > 0).length} of ${products.length} products are positive; a single large one can outweigh the rest.`,
      caption: 'The eight products; hatched below zero',
      check: {
        ask: 'A sum of 0 means …',
        options: ['both rows are zero', 'the two do not point each other’s way', 'a mistake'],
        why: 'What agrees and what disagrees cancels out: the two are at right angles.',
      },
    },
  },
};
