import { word } from '../../format/format';
import { step, type Chapter, type Live } from '../types';

export interface Pieces {
  pieces: string[];
  words: number;
  /** A word of the text that stands in several pieces. */
  split: string;
}

export interface Merging {
  pairs: string[];
  first: number;
  rank: number;
  steps: number;
}

export interface Spellings {
  ids: { text: string; ids: number[] }[];
  different: number;
}

export interface Languages {
  english: { text: string; tokens: number; characters: number };
  korean: { text: string; tokens: number; characters: number };
  times: number;
}

export interface Fits {
  tokens: number;
  context: number;
}

const text = 'Unbelievably, data visualization empowers grandmothers';
const merged = ' empowers';
const spellings = ['apple', ' apple', 'Apple'];
const english = 'Hello, nice to meet you';
const korean = '안녕하세요, 만나서 반가워요';

async function pieces(live: Live): Promise<Pieces> {
  const found = await live.call('encode', { text });
  const words = text.split(' ');
  let split = '';
  for (const one of words) {
    const parts = await live.call('encode', { text: one === words[0] ? one : ` ${one}` });
    if (parts.length > 1 && !split) split = one.replace(',', '');
  }
  return { pieces: found.map(({ text: piece }) => piece), words: words.length, split };
}

async function merging(live: Live): Promise<Merging> {
  const { steps } = await live.call('merges', { text: merged });
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(' ', '·');
  const first = steps[0];
  const right = first ? `${decode(first.left)}+${decode(first.right)}` : '';
  const letters = [...merged.replace(' ', '·')];
  const all = letters.slice(0, -1).map((letter, i) => `${letter}+${letters[i + 1]!}`);
  const others = [...new Set(all)].filter((pair) => pair !== right).filter((_, i) => i % 2 === 0);
  const pairs = [...others.slice(0, 3), right].sort((a, b) => a.localeCompare(b, 'en'));
  return { pairs, first: pairs.indexOf(right), rank: first?.rank ?? 0, steps: steps.length };
}

async function spelled(live: Live): Promise<Spellings> {
  const ids = [];
  for (const one of spellings)
    ids.push({ text: one, ids: (await live.call('encode', { text: one })).map(({ id }) => id) });
  return { ids, different: new Set(ids.map((one) => one.ids.join(' '))).size };
}

async function languages(live: Live): Promise<Languages> {
  const of = async (sentence: string) => ({
    text: sentence,
    tokens: (await live.call('encode', { text: sentence })).length,
    characters: [...sentence].length,
  });
  const [ours, theirs] = [await of(english), await of(korean)];
  return { english: ours, korean: theirs, times: theirs.tokens / ours.tokens };
}

export const chapter: Chapter = {
  id: 'tokens',
  base: { prompt: 'Data visualization empowers users to', look: 'clear' },
  steps: [
    step<Pieces>({
      id: '1',
      facts: pieces,
      ask: { kind: 'amount', unit: 'count', low: 1, high: 30, truth: ({ pieces: all }) => all.length },
      figure: ({ pieces: all }) => ({
        kind: 'words',
        tint: 'residual',
        words: all.map((piece, i) => ({ text: word(piece), share: i % 2 ? 0.12 : 0.4, note: `${i + 1}` })),
      }),
      check: 1,
    }),
    step<Merging>({
      id: '2',
      set: { open: 'tokens' },
      facts: merging,
      ask: { kind: 'choice', options: ({ pairs }) => pairs, truth: ({ first }) => [first] },
      check: 0,
    }),
    step<Spellings>({
      id: '3',
      facts: spelled,
      ask: { kind: 'choice', truth: ({ different }) => [different - 1] },
      check: 1,
    }),
    step<Languages>({
      id: '4',
      facts: languages,
      ask: { kind: 'amount', unit: 'times', low: 0.5, high: 10, truth: ({ times }) => times },
      figure: ({ english: a, korean: b }) => ({
        kind: 'bars',
        tint: 'residual',
        rows: [a, b].map(({ text: label, tokens }) => ({ label, value: tokens, text: `${tokens}` })),
      }),
      check: 2,
    }),
    step<Fits>({
      id: '5',
      facts: (live) => Promise.resolve({ tokens: live.tokens.length, context: live.info.context }),
      ask: { kind: 'choice', truth: () => [1] },
      figure: ({ tokens, context }, labels) => ({
        kind: 'bars',
        tint: 'residual',
        rows: [tokens, context].map((value, i) => ({ label: labels[i]!, value, text: `${value}` })),
      }),
      check: 0,
    }),
  ],
};
