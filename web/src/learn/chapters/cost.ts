import { percent, word } from '../../format/format';
import { inTiles, linearShares, plainly } from '../lab/attention';
import { apart } from '../judge';
import { barsOf, bitsOf, norm, sharesOf, type Share } from '../pick';
import { step, type Chapter, type Live } from '../types';

export interface Work {
  tokens: number;
  /** Multiply-adds of one more token: weights, attention, vocabulary. */
  weights: number;
  attention: number;
  vocabulary: number;
  /** Attention's share of the next token's work, at so many tokens before it. */
  points: [number, number][];
  share: number;
  /** Tokens before it from which on attention is as much as the weights of the blocks. */
  half: number;
}

export interface Cached {
  /** Rows to be computed for one more token. */
  without: number;
  with: number;
  times: number;
}

export interface Held {
  /** Bytes at the full context in F16, by groups of keys and values. */
  rows: { groups: number; bytes: number }[];
  megabytes: number;
  context: number;
  /** KL in bits where the heads share keys and values by means, untrained. */
  bits: { groups: number; bits: number }[];
}

export interface Windows {
  lists: Share[][];
  least: number;
  favourite: string;
  layers: number;
}

export interface Linear {
  words: string[];
  plain: number[];
  linear: number[];
  apart: number;
  size: number;
}

export interface Tiles {
  difference: number;
  length: number;
  tokens: number;
  tile: number;
}

export interface Experts {
  /** Length of what is written that the two strongest of eight groups of neurons write, 0..1. */
  kept: number;
  groups: number[];
}

function work({ info, tokens }: Live): Work {
  const { layers, width, vocabulary, context } = info;
  const weights = layers * 12 * width * width;
  const of = (before: number) => layers * 2 * width * before;
  const all = vocabulary * width;
  const share = (before: number) => of(before) / (weights + of(before) + all);
  return {
    ...{ tokens: tokens.length, weights, attention: of(tokens.length), vocabulary: all },
    points: Array.from({ length: 17 }, (_, i): [number, number] => {
      const before = Math.round((context * i) / 16);
      return [before, share(before)];
    }),
    share: share(context),
    half: 6 * width,
  };
}

const cached = ({ tokens }: Live): Cached => ({
  without: tokens.length + 1,
  with: 1,
  times: tokens.length + 1,
});

async function memory(live: Live): Promise<Held> {
  const { layers, heads, headSize, context } = live.info;
  const groups = [heads, Math.max(1, Math.floor(heads / 4)), 1].filter((n, i, all) => all.indexOf(n) === i);
  const rows = groups.map((n) => ({ groups: n, bytes: 2 * layers * n * headSize * 2 * context }));
  const bits: Held['bits'] = [];
  for (const n of groups.slice(1)) {
    if (heads % n !== 0) continue;
    const { comparison } = await live.changed([`kv${n}`]);
    bits.push({ groups: n, bits: bitsOf(comparison?.klNats ?? 0) });
  }
  return { rows, bits, context, megabytes: rows[0]!.bytes / 1e6 };
}

async function windows(live: Live): Promise<Windows> {
  const lists: Share[][] = [];
  for (let width = 1; width <= live.tokens.length; width += 1) {
    const { next } = await live.changed([`w${width}`]);
    lists.push(sharesOf(next?.distribution.candidates ?? [], 5));
  }
  const favourite = lists.at(-1)![0];
  let least = lists.length;
  while (least > 1 && lists[least - 2]?.[0]?.id === favourite?.id) least -= 1;
  return { lists, least, favourite: word(favourite?.text ?? ''), layers: live.info.layers };
}

/** Query of the last token, and keys and values of all, of the head looked at. */
async function lastRow(live: Live): Promise<{ q: Float32Array; k: Float32Array; v: Float32Array }> {
  const { layer, head, tokens } = live;
  const last = tokens.length - 1;
  const of = async (part: 'q' | 'k' | 'v', rows?: [number, number]) =>
    (await live.tensor(`blocks.${layer}.attn.hook_${part}`, { head, ...(rows && { rows }) })).data;
  const [q, k, v] = await Promise.all([of('q', [last, last + 1]), of('k'), of('v')]);
  return { q, k, v };
}

async function linear(live: Live): Promise<Linear> {
  const { q, k } = await lastRow(live);
  const last = live.tokens.length - 1;
  const { data } = await live.tensor(`blocks.${live.layer}.attn.hook_pattern`, {
    head: live.head,
    rows: [last, last + 1],
  });
  const plain = Array.from(data);
  const other = linearShares(q, k, last + 1);
  return {
    ...{ plain, linear: other, apart: apart(plain, other), size: live.info.headSize },
    words: live.tokens.map(({ text }) => word(text)),
  };
}

const tile = 4;

async function tiles(live: Live): Promise<Tiles> {
  const { q, k, v } = await lastRow(live);
  const count = live.tokens.length;
  const whole = plainly(q, k, v, count);
  const parts = inTiles(q, k, v, count, tile);
  const difference = norm(whole.map((value, i) => value - parts[i]!));
  return { difference, tile, tokens: count, length: norm(whole) };
}

const groups = 8;

async function experts(live: Live): Promise<Experts> {
  const layer = live.info.layers - 1;
  const last = live.tokens.length - 1;
  const { data: post } = await live.tensor(`blocks.${layer}.mlp.hook_post`, { rows: [last, last + 1] });
  const { data: down } = await live.call('weight', {
    name: `h.${layer}.mlp.c_proj.weight`,
    rows: [0, live.info.width],
  });
  const inner = post.length;
  const written = Array.from({ length: groups }, (_, group) =>
    Float64Array.from({ length: live.info.width }, (_, out) => {
      let total = 0;
      const end = Math.floor(((group + 1) * inner) / groups);
      for (let i = Math.floor((group * inner) / groups); i < end; i += 1)
        total += post[i]! * down[out * inner + i]!;
      return total;
    }),
  );
  const sizes = written.map(norm);
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[b]! - sizes[a]!);
  const sumOf = (which: readonly number[]) =>
    norm(written[0]!.map((_, i) => which.reduce((total, group) => total + written[group]![i]!, 0)));
  return { kept: sumOf(order.slice(0, 2)) / (sumOf(order) || 1), groups: sizes };
}

export const chapter: Chapter = {
  id: 'cost',
  base: { prompt: 'Once upon a time there was a little girl who lived', look: 'clear' },
  steps: [
    step<Work>({
      id: '1',
      facts: (live) => Promise.resolve(work(live)),
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ share }) => share },
      figure: ({ points }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'attention', points }],
        ...{ x: labels[0]!, y: labels[1]!, text: percent },
      }),
      check: 1,
    }),
    step<Cached>({
      id: '2',
      facts: (live) => Promise.resolve(cached(live)),
      ask: { kind: 'amount', unit: 'times', low: 1, high: 40, truth: ({ times }) => times },
      figure: (facts, labels) => ({
        kind: 'bars',
        tint: 'residual',
        rows: [facts.without, facts.with].map((value, i) => ({ label: labels[i]!, value, text: `${value}` })),
      }),
      check: 2,
    }),
    step<Held>({
      id: '3',
      needs: { tokens: [2, 48] },
      facts: memory,
      ask: {
        kind: 'amount',
        unit: 'count',
        low: 1,
        high: ({ megabytes }) => Math.max(40, Math.ceil(megabytes * 4)),
        truth: ({ megabytes }) => Math.max(1, Math.round(megabytes)),
      },
      figure: ({ rows }, labels) => ({
        kind: 'bars',
        tint: 'key',
        rows: rows.map(({ groups: n, bytes }, i) => ({
          label: `${n} ${labels[0]!}`,
          value: bytes,
          text: `${(bytes / 1e6).toFixed(1)} MB`,
          lit: i === 0,
        })),
      }),
      check: 1,
    }),
    step<Windows>({
      id: '4',
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
        figure: ({ lists }, width) => ({
          kind: 'bars',
          tint: 'output',
          rows: barsOf(lists[width - 1] ?? [], lists.at(-1)?.[0]?.id),
        }),
      },
      check: 0,
    }),
    step<Linear>({
      id: '5',
      needs: { tokens: [3, 24] },
      set: { open: 'attention', token: 'last' },
      facts: linear,
      ask: { kind: 'choice', truth: () => [1] },
      figure: ({ words, plain, linear: other }) => ({
        kind: 'bars',
        tint: 'attention',
        rows: words.map((label, i) => ({
          ...{ label, value: other[i]!, text: percent(other[i]), before: plain[i]! },
        })),
      }),
      check: 1,
    }),
    step<Tiles>({
      id: '6',
      needs: { tokens: [3, 200] },
      set: { open: 'attention', token: 'last' },
      facts: tiles,
      ask: {
        kind: 'choice',
        truth: ({ difference, length }) => (difference < 1e-9 * Math.max(1, length) ? [0] : [1]),
      },
      check: 1,
    }),
    step<Experts>({
      id: '7',
      set: { open: 'mlp', token: 'last' },
      facts: experts,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ kept }) => Math.min(1, kept) },
      figure: ({ groups: sizes }) => ({
        kind: 'bars',
        tint: 'mlp',
        rows: sizes.map((value, i) => ({ label: `${i}`, value, text: value.toFixed(1) })),
      }),
      check: 2,
    }),
  ],
};
