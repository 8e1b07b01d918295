import type { HeadAddress } from '../layout/heads';

/** A sentence to begin with, and what the bundled model does with it; `scripts/sentences.mjs` measures it. */
export interface Example {
  /** Its line of what to look for, in the catalogues. */
  id: ExampleId;
  text: string;
  /** What is shown with it; null leaves the head to the rule. */
  shown: Looking | null;
  /** The likeliest next words, first to last, and the least share of the first, 0..1. */
  expects: { words: readonly string[]; least: number } | null;
  /** Whether it shows something that the bundled model cannot do. */
  needsGpt2?: true;
}

/** A head in which one token looks at another. */
interface Looking extends HeadAddress {
  /** Counted from 0. */
  query: number;
  key: number;
  /** Least share, 0..1. */
  least: number;
}

export type ExampleId =
  'city' | 'man' | 'hand' | 'hat' | 'mother' | 'mouth' | 'president' | 'you' | 'giving' | 'sun' | 'counting';

const looking = (layer: number, head: number, query: number, key: number, least: number): Looking => ({
  ...{ layer, head, query, key },
  least,
});
const expecting = (least: number, ...words: string[]) => ({ words, least });

/** The first one is what a fresh page opens with. */
export const examples: readonly Example[] = [
  {
    id: 'city',
    text: 'He lived in New York and worked in New',
    shown: looking(4, 5, 8, 4, 0.6),
    expects: expecting(0.85, 'York', 'Orleans', 'Jersey'),
  },
  {
    id: 'man',
    text: 'The old man looked at the sea and the old',
    shown: looking(7, 3, 9, 2, 0.55),
    expects: expecting(0.48, 'man', 'gentleman'),
  },
  {
    id: 'hand',
    text: 'She put her hand on his',
    shown: looking(6, 6, 5, 3, 0.7),
    expects: expecting(0.15, 'shoulder', 'hand', 'arm'),
  },
  {
    id: 'hat',
    text: 'He took off his hat and put it on the',
    shown: looking(7, 0, 9, 4, 0.45),
    expects: expecting(0.11, 'table', 'floor', 'ground'),
  },
  {
    id: 'mother',
    text: 'The mother of the child took the child in her',
    shown: looking(1, 1, 9, 1, 0.6),
    expects: expecting(0.11, 'hand', 'arms', 'lap'),
  },
  {
    id: 'mouth',
    text: 'He opened his mouth to speak, but he could not say a',
    shown: looking(4, 5, 12, 1, 0.6),
    expects: expecting(0.82, 'word'),
  },
  {
    id: 'president',
    text: 'The President of the United',
    shown: looking(4, 5, 4, 1, 0.57),
    expects: expecting(0.83, 'States', 'Kingdom', 'Nations'),
  },
  {
    id: 'you',
    text: 'What do you',
    shown: looking(6, 4, 2, 1, 0.9),
    expects: expecting(0.16, 'think', 'mean', 'want'),
  },
  {
    id: 'giving',
    text: 'When Mary and John went to the shop, John gave a book to',
    ...{ shown: null, expects: null, needsGpt2: true },
  },
  {
    id: 'sun',
    text: 'The sun rises in the east and sets in the',
    ...{ shown: null, expects: null, needsGpt2: true },
  },
  {
    id: 'counting',
    text: 'one two three four five one two three four',
    ...{ shown: null, expects: null, needsGpt2: true },
  },
];

export const firstExample = examples[0]!;
