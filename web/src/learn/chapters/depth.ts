import { percent, word } from '../../format/format';
import type { LensPoint } from '../../protocol/experiments';
import { barsOf, bitsOf, sharesOf, type Share } from '../pick';
import { step, type Chapter, type Live } from '../types';

export interface Ladder {
  /** After each half step: the guess, and the share of the final favourite. */
  rungs: { point: string; guess: string; share: number; bits: number }[];
  favourite: string;
  /** The block after which the favourite leads for good. */
  leads: number;
  layers: number;
  /** Different guesses on the way, in their order. */
  guesses: string[];
}

export interface Untouched {
  last: string;
  guess: string;
  share: number;
  favourite: string;
  kind: 'itself' | 'favourite' | 'other';
}

export interface Drop {
  part: 'attention' | 'mlp';
  layer: number;
  before: number;
  after: number;
  points: [number, number][];
}

export interface Towers {
  /** By blocks kept, from 0. */
  lists: Share[][];
  layers: number;
  favourite: string;
  half: number;
  stays: boolean;
}

const lens = (live: Live): Promise<LensPoint[]> =>
  live.call('lens', { run: live.run, everyPoint: true, top: 1 });

/** Where the block of a point ends: "3.mid" lies in block 3, "4.pre" after it. */
const blockBefore = (point: string, layers: number): number =>
  point === 'final'
    ? layers - 1
    : point.endsWith('.pre')
      ? Number.parseInt(point) - 1
      : Number.parseInt(point);

async function ladder(live: Live): Promise<Ladder> {
  const { layers } = live.info;
  const favourite = (await live.list(1)).candidates[0]!;
  const points = await live.call('lens', { run: live.run, everyPoint: true, top: 1, ids: [favourite.id] });
  const rungs = points.map(({ point, top, targets, klNats }) => ({
    ...{ point, guess: word(top[0]?.text ?? ''), share: targets[0]?.p ?? 0, bits: bitsOf(klNats) },
  }));
  let from = points.length - 1;
  while (from > 0 && points[from - 1]?.top[0]?.id === favourite.id) from -= 1;
  const guesses = rungs.map(({ guess }) => guess).filter((guess, i, all) => guess !== all[i - 1]);
  return {
    ...{ rungs, layers, guesses, favourite: word(favourite.text) },
    leads: Math.max(0, blockBefore(points[from]!.point, layers)),
  };
}

async function untouched(live: Live): Promise<Untouched> {
  const [first] = await lens(live);
  const guess = first?.top[0];
  const last = live.tokens.at(-1)!;
  const favourite = (await live.list(1)).candidates[0]!;
  return {
    ...{ last: word(last.text), guess: word(guess?.text ?? ''), share: guess?.p ?? 0 },
    favourite: word(favourite.text),
    kind: guess?.id === last.id ? 'itself' : guess?.id === favourite.id ? 'favourite' : 'other',
  };
}

async function drop(live: Live): Promise<Drop> {
  const points = await lens(live);
  const bits = points.map(({ klNats }) => bitsOf(klNats));
  // Block 0 only leads away from the token's own row.
  let at = Math.min(3, bits.length - 1);
  for (let i = at; i < bits.length; i += 1) if (bits[i - 1]! - bits[i]! > bits[at - 1]! - bits[at]!) at = i;
  return {
    part: points[at]!.point.endsWith('.mid') ? 'attention' : 'mlp',
    layer: blockBefore(points[at]!.point, live.info.layers),
    ...{ before: bits[at - 1]!, after: bits[at]! },
    points: bits.map((value, i) => [i / 2, value]),
  };
}

async function towers(live: Live): Promise<Towers> {
  const { layers } = live.info;
  const lists: Share[][] = [];
  for (let kept = 0; kept <= layers; kept += 1) {
    const off = Array.from({ length: layers - kept }, (_, i) => `l${kept + i}`);
    const candidates = off.length
      ? (await live.changed(off)).next?.distribution.candidates
      : (await live.list(5)).candidates;
    lists.push(sharesOf(candidates ?? [], 5));
  }
  const half = Math.ceil(layers / 2);
  const favourite = lists[layers]![0]!;
  return {
    ...{ lists, layers, half, favourite: word(favourite.text) },
    stays: lists[half]?.[0]?.id === favourite.id,
  };
}

export const chapter: Chapter = {
  id: 'depth',
  base: { prompt: 'The sun rises in the east and sets in the', look: 'clear' },
  steps: [
    step<Ladder>({
      id: '1',
      set: { open: 'lens' },
      facts: ladder,
      ask: {
        kind: 'amount',
        unit: 'count',
        low: 0,
        high: ({ layers }) => layers - 1,
        truth: ({ leads }) => leads,
      },
      figure: ({ rungs, favourite }) => ({
        kind: 'bars',
        tint: 'output',
        rows: rungs
          .filter(({ point }) => !point.endsWith('.mid'))
          .map(({ point, guess, share }) => ({
            ...{ label: `${point.replace('.pre', '')} ${guess}`, value: share, text: percent(share) },
            lit: guess === favourite,
          })),
      }),
      check: 1,
    }),
    step<Untouched>({
      id: '2',
      set: { open: 'lens' },
      facts: untouched,
      ask: {
        kind: 'choice',
        truth: ({ kind }) => [{ itself: 0, favourite: 1, other: 2 }[kind]],
      },
      check: 0,
    }),
    step<Drop>({
      id: '3',
      set: { open: 'lens' },
      facts: drop,
      ask: { kind: 'choice', truth: ({ part }) => (part === 'attention' ? [0] : [1]) },
      reveal: ({ layer }) => ({ layer }),
      figure: ({ points, layer, part }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'output', points }],
        ...{ x: labels[0]!, y: labels[1]!, at: layer + (part === 'attention' ? 0.5 : 1) },
        text: (value) => value.toFixed(0),
      }),
      check: 1,
    }),
    step<Towers>({
      id: '4',
      needs: { tokens: [1, 48] },
      facts: towers,
      ask: { kind: 'choice', truth: ({ stays }) => (stays ? [0] : [1]) },
      scrub: {
        from: 0,
        to: ({ layers }) => layers,
        begin: ({ half }) => half,
        figure: ({ lists, layers }, kept) => ({
          kind: 'bars',
          tint: 'output',
          rows: barsOf(lists[kept] ?? [], lists[layers]?.[0]?.id),
        }),
      },
      check: 2,
    }),
    step({
      id: '5',
      set: { open: 'lens' },
      ask: { kind: 'choice', truth: () => [1] },
      check: 0,
    }),
  ],
};
