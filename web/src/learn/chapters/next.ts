import { percent, word } from '../../format/format';
import { barsOf, most, sharesOf, sum, type Share } from '../pick';
import { step, type Chapter, type Live } from '../types';

export interface Listed {
  top: Share[];
}

/** How much the first so many tokens hold together. */
export interface Held {
  ten: number;
  hundred: number;
  thousand: number;
  first: Share;
  vocabulary: number;
}

/** Of a run that took over what the run before it had. */
export interface Reused {
  tokens: number;
  reused: number;
  milliseconds: number;
}

export interface Surprises {
  words: string[];
  /** Bits of each token; nothing was expected of the first. */
  bits: number[];
  /** Index of the most surprising. */
  most: number;
  /** What was expected in its place. */
  expected: string;
  mean: number;
}

export interface Windows {
  /** By width from 1: the first five. */
  lists: Share[][];
  words: string[];
  favourite: string;
  /** The least width from which on the whole sentence's favourite stays among the first five. */
  least: number;
}

async function held(live: Live): Promise<Held> {
  const { candidates, vocabulary } = await live.list(1000);
  const upTo = (count: number) => sum(candidates.slice(0, count).map(({ raw }) => raw));
  return {
    ...{ ten: upTo(10), hundred: upTo(100), thousand: upTo(1000), vocabulary },
    first: sharesOf(candidates, 1)[0]!,
  };
}

async function surprises(live: Live): Promise<Surprises> {
  const count = live.tokens.length;
  const rows = await live.call('surprise', { run: live.run, rows: [0, count - 1] });
  const bits = [0, ...rows.map(({ actual }) => (actual ? -Math.log2(actual.raw) : 0))];
  const at = most(bits);
  return {
    words: live.tokens.map(({ text }) => word(text)),
    bits,
    most: at,
    expected: word(rows[at - 1]?.best.text ?? ''),
    mean: sum(bits) / Math.max(1, count - 1),
  };
}

async function windows(live: Live): Promise<Windows> {
  const lists: Share[][] = [];
  for (let width = 1; width <= live.tokens.length; width += 1) {
    const { next } = await live.changed([`w${width}`]);
    lists.push(sharesOf(next?.distribution.candidates ?? [], 5));
  }
  const whole = lists.at(-1)![0];
  let least = lists.length;
  while (least > 1 && lists[least - 2]?.some(({ id }) => id === whole?.id)) least -= 1;
  return {
    ...{ lists, least },
    words: live.tokens.map(({ text }) => word(text)),
    favourite: word(whole?.text ?? ''),
  };
}

/** The three tokens that the fourth step writes, drawn the same way every time. */
const drawn = { temperature: 1, topK: 40, topP: 0.95 };

export const chapter: Chapter = {
  id: 'next',
  base: { prompt: 'The sun rises in the east and sets in the', look: 'clear' },
  steps: [
    step<Listed>({
      id: '1',
      set: { veiled: true },
      facts: async (live) => ({ top: sharesOf((await live.list(8)).candidates) }),
      ask: { kind: 'word' },
      figure: ({ top }) => ({ kind: 'bars', tint: 'output', rows: barsOf(top, top[0]?.id) }),
      check: 1,
    }),
    step<Held>({
      id: '2',
      facts: held,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ ten }) => ten },
      figure: (facts, labels) => ({
        kind: 'bars',
        tint: 'output',
        most: 1,
        rows: [facts.ten, facts.hundred, facts.thousand, 1].map((value, i) => ({
          ...{ label: labels[i]!, value, text: percent(value) },
          lit: i === 0,
        })),
      }),
      check: 2,
    }),
    step({
      id: '3',
      ask: { kind: 'choice', truth: () => [2] },
      reveal: { token: 'last' },
      check: 0,
    }),
    step<Reused>({
      id: '4',
      set: { sampling: drawn, seed: 42 },
      facts: (live) =>
        Promise.resolve({
          tokens: live.tokens.length,
          reused: live.result.reused,
          milliseconds: live.result.milliseconds,
        }),
      ask: {
        kind: 'choice',
        truth: ({ tokens, reused }) => (reused === 0 ? [0] : reused >= tokens - 1 ? [1] : [0, 1]),
      },
      reveal: { write: 3 },
      check: 2,
    }),
    step<Surprises>({
      id: '5',
      needs: { tokens: [3, 48] },
      facts: surprises,
      ask: {
        kind: 'token',
        truth: ({ bits }) => bits,
        offered: ({ bits }) => bits.map((_, i) => i).slice(1),
      },
      reveal: ({ most: token }) => ({ token }),
      figure: ({ words, bits, most: lit }) => ({
        kind: 'words',
        tint: 'output',
        words: words.map((text, i) => ({
          ...{ text, share: i === 0 ? 0 : bits[i]! / bits[lit]!, lit: i === lit },
          note: i === 0 ? '–' : bits[i]!.toFixed(1),
        })),
      }),
      check: 0,
    }),
    step<Windows>({
      id: '6',
      needs: { tokens: [4, 24] },
      facts: windows,
      ask: {
        kind: 'amount',
        unit: 'count',
        low: 1,
        high: ({ lists }) => lists.length,
        truth: ({ least }) => least,
      },
      scrub: {
        from: 1,
        to: ({ lists }) => lists.length,
        begin: ({ least }) => least,
        x: (width) => [`w${width}`],
        figure: ({ lists, words }, width) => ({
          kind: 'lists',
          tint: 'output',
          lists: [
            {
              name: `… ${words.slice(-width).join(' ')}`,
              rows: barsOf(lists[width - 1] ?? [], lists.at(-1)?.[0]?.id),
            },
          ],
        }),
      },
      check: 1,
    }),
  ],
};
