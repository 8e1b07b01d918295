import { percent, word } from '../../format/format';
import type { HeadScores } from '../../protocol/experiments';
import { bitsOf, most, sum } from '../pick';
import { strongest } from '../rules';
import { step, type Chapter, type Live } from '../types';

export interface Shape {
  width: number;
  size: number;
  heads: number;
}

export interface Found {
  layers: number;
  heads: number;
  /** [L * H] shares, 0..1. */
  scores: number[];
  best: { layer: number; head: number; score: number };
  /** Heads offered, as places in `scores`. */
  offered: number[];
}

export interface Resting {
  layers: number;
  heads: number;
  scores: number[];
  mean: number;
  most: number;
}

export interface Induction {
  best: number;
  layer: number;
  head: number;
  rows: { name: string; score: number }[];
  repeats: number;
}

export interface It {
  words: string[];
  it: number;
  /** Mean over all heads; the first token and "it" itself set aside. */
  shares: number[];
  best: number;
  noun: { word: string; share: number; most: number };
  /** Largest change of a share of "it" when the word after it is another. */
  change: number;
}

export interface Removed {
  layers: number;
  heads: number;
  /** Bits, [L * H]. */
  bits: number[];
  median: number;
  most: number;
  at: number;
}

const nameOf = (at: number, heads: number) => `L${Math.floor(at / heads)}H${at % heads}`;

const flat = (all: readonly (readonly HeadScores[])[], by: 'previous' | 'first' | 'induction'): number[] =>
  all.flatMap((heads) => heads.map((score) => score[by] ?? 0));

async function previous(live: Live): Promise<Found> {
  const all = await live.call('headScores', { run: live.run });
  const scores = flat(all, 'previous');
  const best = strongest(all, 'previous');
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const picks = [0, Math.floor(order.length / 3), Math.floor((2 * order.length) / 3), order.length - 1];
  return {
    ...{ scores, layers: live.info.layers, heads: live.info.heads },
    best: { ...best, score: all[best.layer]![best.head]!.previous },
    offered: [...new Set(picks.map((rank) => order[rank]!))].sort((a, b) => a - b),
  };
}

async function resting(live: Live): Promise<Resting> {
  const scores = flat(await live.call('headScores', { run: live.run }), 'first');
  const { layers, heads } = live.info;
  return { scores, layers, heads, mean: sum(scores) / scores.length, most: most(scores) };
}

async function induction(live: Live): Promise<Induction> {
  const all = await live.call('headScores', { run: live.run });
  const scores = flat(all, 'induction');
  const { heads } = live.info;
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const at = order[0]!;
  return {
    ...{ best: scores[at]!, layer: Math.floor(at / heads), head: at % heads },
    repeats: all[0]![0]!.repeats,
    rows: order.slice(0, 5).map((one) => ({ name: nameOf(one, heads), score: scores[one]! })),
  };
}

/** The last token that reads "it"; else the one in the middle. */
export function placeOfIt(words: readonly string[]): number {
  const at = words.lastIndexOf('it');
  return at > 0 ? at : Math.max(1, Math.floor(words.length / 2));
}

async function whomDoesItMean(live: Live): Promise<It> {
  const words = live.tokens.map(({ text }) => word(text));
  const it = placeOfIt(words);
  const { layers, heads } = live.info;
  const mean = new Array<number>(it + 1).fill(0);
  const noun = Math.max(1, words.indexOf('animal'));
  let mostOfNoun = 0;
  for (let layer = 0; layer < layers; layer += 1) {
    const { data, shape } = await live.tensor(`blocks.${layer}.attn.hook_pattern`, { rows: [it, it + 1] });
    const keys = shape.at(-1)!;
    for (let head = 0; head < heads; head += 1) {
      for (let key = 0; key <= it; key += 1) mean[key]! += data[head * keys + key]! / (layers * heads);
      mostOfNoun = Math.max(mostOfNoun, data[head * keys + noun]!);
    }
  }
  const shares = mean.map((share, key) => (key === 0 || key === it ? 0 : share));
  const [wide] = await live.call('encode', { text: ' wide' });
  const last = live.tokens.length - 1;
  let change = 0;
  if (last > it) {
    await live.changed(
      [],
      live.tokens.map(({ id }, i) => (i === last ? wide!.id : id)),
    );
    for (let layer = 0; layer < layers; layer += 1) {
      const name = `blocks.${layer}.attn.hook_pattern`;
      const rows: [number, number] = [it, it + 1];
      const { data } = await live.call('changedTensor', { run: live.run, name, rows, difference: true });
      change = data.reduce((top, value) => Math.max(top, Math.abs(value)), change);
    }
  }
  return {
    ...{ words: words.slice(0, it + 1), it, shares, change, best: most(shares) },
    noun: { word: words[noun] ?? '', share: mean[noun]!, most: mostOfNoun },
  };
}

async function removed(live: Live): Promise<Removed> {
  const { layers, heads } = live.info;
  const target = (await live.list(1)).candidates[0]!.id;
  const bits = new Array<number>(layers * heads).fill(0);
  for (const { layer, index, effect } of await live.sweep('heads', target))
    bits[layer * heads + index] = bitsOf(effect?.klNats ?? 0);
  const sorted = [...bits].sort((a, b) => a - b);
  const at = most(bits);
  return { layers, heads, bits, at, median: sorted[Math.floor(sorted.length / 2)]!, most: bits[at]! };
}

const cells = (
  { heads }: { heads: number },
  values: readonly number[],
  labels: readonly string[],
  text: (value: number) => string,
  lit: number,
) => {
  const top = Math.max(1e-9, ...values);
  return {
    ...{ kind: 'cells' as const, tint: 'attention' as const, columns: heads, lit },
    ...{ rowName: labels[0]!, columnName: labels[1]! },
    values: values.map((value) => Math.max(0, value) / top),
    text: (i: number) => `${nameOf(i, heads)}: ${text(values[i]!)}`,
  };
};

export const chapter: Chapter = {
  id: 'heads',
  base: { prompt: 'The cat sat on the mat. The dog sat on the', look: 'previous' },
  steps: [
    step<Shape>({
      id: '1',
      set: { open: 'qkv' },
      facts: ({ info: { width, headSize: size, heads } }) => Promise.resolve({ width, size, heads }),
      ask: { kind: 'choice', truth: () => [1] },
      check: 1,
    }),
    step<Found>({
      id: '2',
      needs: { tokens: [4, 48] },
      set: { look: 'broad' },
      facts: previous,
      ask: {
        kind: 'choice',
        options: ({ offered, heads }) => offered.map((at) => nameOf(at, heads)),
        truth: ({ offered, scores }) => [most(offered.map((at) => scores[at]!))],
      },
      reveal: ({ best: { layer, head } }) => ({ layer, head }),
      figure: (facts, labels) =>
        cells(facts, facts.scores, labels, percent, facts.best.layer * facts.heads + facts.best.head),
      check: 2,
    }),
    step<Resting>({
      id: '3',
      needs: { tokens: [4, 48] },
      set: { look: 'first' },
      facts: resting,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ mean }) => mean },
      figure: (facts, labels) => cells(facts, facts.scores, labels, percent, facts.most),
      check: 1,
    }),
    step<Induction>({
      id: '4',
      needs: { text: true },
      set: { look: 'induction' },
      facts: induction,
      ask: { kind: 'choice', truth: ({ best }) => (best > 0.45 ? [0] : best > 0.35 ? [0, 1] : [1]) },
      figure: ({ rows }) => ({
        kind: 'bars',
        tint: 'attention',
        most: 1,
        rows: rows.map(({ name, score }, i) => ({
          label: name,
          value: score,
          text: percent(score),
          lit: i === 0,
        })),
      }),
      check: 2,
    }),
    step<It>({
      id: '5',
      needs: { text: true },
      set: { prompt: "The animal didn't cross the street because it was too tired", look: 'broad' },
      facts: whomDoesItMean,
      ask: {
        kind: 'token',
        truth: ({ shares }) => shares,
        offered: ({ it }) => Array.from({ length: it - 1 }, (_, i) => i + 1),
      },
      reveal: ({ it }) => ({ token: it }),
      figure: ({ words, shares, best }) => ({
        kind: 'words',
        tint: 'attention',
        words: words.map((text, i) => ({
          ...{ text, share: shares[i]!, lit: i === best },
          note: shares[i]! > 0 ? percent(shares[i]) : '–',
        })),
      }),
      check: 1,
    }),
    step<Removed>({
      id: '6',
      needs: { tokens: [2, 48] },
      set: { open: 'attn_out', token: 'last' },
      facts: removed,
      ask: {
        kind: 'choice',
        truth: ({ median }) =>
          median < 0.04 ? [0] : median < 0.06 ? [0, 1] : median < 0.45 ? [1] : median < 0.55 ? [1, 2] : [2],
      },
      figure: (facts, labels) =>
        cells(facts, facts.bits, labels, (bits) => `${bits.toFixed(3)} ${labels[2]!}`, facts.at),
      check: 1,
    }),
  ],
};
