import { word } from '../../format/format';
import type { Interventions } from '../../protocol/experiments';
import { bitsOf, most, sum } from '../pick';
import { step, type Chapter, type Live } from '../types';

export interface Pushes {
  target: string;
  heads: number;
  mlps: number;
  embedding: number;
  rest: number;
  whole: number;
}

export interface Cuts {
  words: string[];
  /** Bits by which the list moves when the last token may not look at a word; the first and itself set aside. */
  bits: number[];
  best: number;
  /** Without the look that matters most, and without the first token. */
  said: string;
  first: number;
}

export interface Off {
  layers: number;
  heads: number;
  bits: number[];
  changed: number;
  most: number;
  target: string;
}

export interface Both {
  correlation: number;
  /** A head that pushes little and is missed much. */
  odd: { name: string; push: number; loss: number };
  points: { name: string; push: number; loss: number }[];
}

export interface Pair {
  /** Looks of "it" at cup and pitcher, mean of all heads, after "filled" and after "emptied". */
  filled: { cup: number; pitcher: number };
  emptied: { cup: number; pitcher: number };
  asTold: boolean;
}

export interface Path {
  /** How much of the answer comes back, by block, patched at the word and at the last place. */
  atWord: [number, number][];
  atLast: [number, number][];
  /** The first block where the last place holds more. */
  handed: number;
  layers: number;
  ours: string;
  theirs: string;
}

const favourite = async (live: Live) => (await live.list(1)).candidates[0]!;

async function pushes(live: Live): Promise<Pushes> {
  const target = await favourite(live);
  const why = await live.call('why', { run: live.run, target: target.id, rival: 'mean' });
  const heads = sum(why.heads.flat());
  const mlps = sum(why.mlp);
  const embedding = why.embed + why.posEmbed;
  const rest = sum(why.attentionBias) + why.constant + why.rounding;
  return { heads, mlps, embedding, rest, target: word(target.text), whole: why.difference };
}

async function cuts(live: Live): Promise<Cuts> {
  const last = live.tokens.length - 1;
  const bits: number[] = [];
  const said: string[] = [];
  for (let key = 0; key < last; key += 1) {
    const codes = Array.from({ length: live.info.layers }, (_, layer) => `e${layer}.*:${last}-${key}`);
    const { comparison, next } = await live.changed(codes);
    bits.push(bitsOf(comparison?.klNats ?? 0));
    said.push(word(next?.distribution.candidates[0]?.text ?? ''));
  }
  const counted = [...bits.map((value, key) => (key === 0 ? 0 : value)), 0];
  const best = most(counted);
  return {
    words: live.tokens.map(({ text }) => word(text)),
    ...{ best, bits: counted, said: said[best] ?? '', first: bits[0] ?? 0 },
  };
}

async function off(live: Live): Promise<Off> {
  const { layers, heads } = live.info;
  const target = await favourite(live);
  const bits = new Array<number>(layers * heads).fill(0);
  let changed = 0;
  for (const { layer, index, effect } of await live.sweep('heads', target.id)) {
    bits[layer * heads + index] = bitsOf(effect?.klNats ?? 0);
    if (effect && effect.first !== target.id) changed += 1;
  }
  return { layers, heads, bits, changed, most: most(bits), target: word(target.text) };
}

/** Spearman's: the correlation of the ranks. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const ranks = (values: readonly number[]) => {
    const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
    const out = new Array<number>(values.length);
    order.forEach((at, rank) => (out[at] = rank));
    return out;
  };
  const [p, q] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  const over = sum(p.map((rank, i) => (rank - mean) * (q[i]! - mean)));
  const under = sum(p.map((rank) => (rank - mean) ** 2));
  return under > 0 ? over / under : 0;
}

async function both(live: Live): Promise<Both> {
  const { heads } = live.info;
  const target = await favourite(live);
  const why = await live.call('why', { run: live.run, target: target.id, rival: 'mean' });
  const push = why.heads.flat();
  const loss = new Array<number>(push.length).fill(0);
  for (const { layer, index, effect } of await live.sweep('heads', target.id))
    loss[layer * heads + index] = Math.log(target.raw / Math.max(effect?.p ?? target.raw, 1e-300));
  const points = push.map((value, i) => ({
    ...{ name: `L${Math.floor(i / heads)}H${i % heads}`, push: value, loss: loss[i]! },
  }));
  const odd = [...points].sort((a, b) => Math.abs(b.loss - b.push) - Math.abs(a.loss - a.push))[0]!;
  return { points, odd, correlation: rankCorrelation(push, loss) };
}

async function pair(live: Live): Promise<Pair> {
  const words = live.tokens.map(({ text }) => word(text));
  const last = words.length - 1;
  const [cup, pitcher] = [words.indexOf('cup'), words.indexOf('pitcher')];
  const filled = words.indexOf('filled');
  const [other] = await live.call('encode', { text: ' emptied' });
  await live.changed(
    [],
    live.tokens.map(({ id }, i) => (i === filled ? other!.id : id)),
  );
  const { layers, heads } = live.info;
  const looks = async (read: (name: string) => Promise<{ data: Float32Array }>) => {
    const mean = { cup: 0, pitcher: 0 };
    for (let layer = 0; layer < layers; layer += 1) {
      const { data } = await read(`blocks.${layer}.attn.hook_pattern`);
      for (let head = 0; head < heads; head += 1) {
        mean.cup += data[head * (last + 1) + cup]! / (layers * heads);
        mean.pitcher += data[head * (last + 1) + pitcher]! / (layers * heads);
      }
    }
    return mean;
  };
  const rows: [number, number] = [last, last + 1];
  const ours = await looks((name) => live.tensor(name, { rows }));
  const theirs = await looks((name) => live.call('changedTensor', { run: live.run, name, rows }));
  const asTold = ours.cup > ours.pitcher + 0.02 && theirs.pitcher > theirs.cup + 0.02;
  return { filled: ours, emptied: theirs, asTold };
}

async function path(live: Live): Promise<Path> {
  const { layers } = live.info;
  const words = live.tokens.map(({ text }) => word(text));
  const last = words.length - 1;
  const place = Math.max(0, words.indexOf('east'));
  const [other] = await live.call('encode', { text: ' morning' });
  const ids = live.tokens.map(({ id }, i) => (i === place ? other!.id : id));
  const ours = await favourite(live);
  const logits = async (interventions: Interventions) => {
    await live.call('changed', { run: live.run, interventions, ids });
    const rows: [number, number] = [last, last + 1];
    return (await live.call('changedTensor', { run: live.run, name: 'logits', rows })).data;
  };
  const theirs = await logits({});
  const rival = most(theirs);
  const own = (await live.tensor('logits', { rows: [last, last + 1] })).data;
  const margin = (row: Float32Array) => row[ours.id]! - row[rival]!;
  const [from, to] = [margin(theirs), margin(own)];
  const back = async (layer: number, token: number): Promise<[number, number]> => {
    const row = await logits({ patches: [{ layer, token, site: 'resid_pre' }] });
    return [layer, to === from ? 0 : (margin(row) - from) / (to - from)];
  };
  const [atWord, atLast]: [number, number][][] = [[], []] as [number, number][][];
  for (let layer = 0; layer < layers; layer += 1) {
    atWord!.push(await back(layer, place));
    atLast!.push(await back(layer, last));
  }
  const handed = atLast!.findIndex(([, part], i) => part > atWord![i]![1]);
  const [named] = await live.call('tokens', { ids: [rival] });
  return {
    ...{ atWord: atWord!, atLast: atLast!, layers, handed: handed < 0 ? layers - 1 : handed },
    ...{ ours: word(ours.text), theirs: word(named?.text ?? '') },
  };
}

export const chapter: Chapter = {
  id: 'why',
  base: { prompt: 'The sun rises in the east and sets in the', look: 'clear' },
  steps: [
    step<Pushes>({
      id: '1',
      set: { open: 'why' },
      facts: pushes,
      ask: { kind: 'choice', truth: ({ heads, mlps, embedding }) => [most([heads, mlps, embedding])] },
      figure: ({ heads, mlps, embedding, rest }, labels) => ({
        kind: 'bars',
        tint: 'output',
        rows: [heads, mlps, embedding, rest].map((value, i) => ({
          ...{ label: labels[i]!, value, text: value.toFixed(2) },
        })),
      }),
      check: 1,
    }),
    step<Cuts>({
      id: '2',
      needs: { tokens: [4, 24] },
      set: { token: 'last' },
      facts: cuts,
      ask: {
        kind: 'token',
        truth: ({ bits }) => bits,
        offered: ({ bits }) => bits.map((_, i) => i).slice(1, -1),
      },
      figure: ({ words, bits, best }) => ({
        kind: 'bars',
        tint: 'attention',
        rows: words
          .map((label, i) => ({ label, value: bits[i]!, text: bits[i]!.toFixed(2), lit: i === best }))
          .slice(1, -1),
      }),
      check: 1,
    }),
    step<Off>({
      id: '3',
      needs: { tokens: [2, 48] },
      set: { prompt: 'The cat sat on the mat. The dog sat on the' },
      facts: off,
      ask: {
        kind: 'amount',
        unit: 'count',
        low: 0,
        high: ({ layers, heads }) => layers * heads,
        truth: ({ changed }) => changed,
      },
      figure: ({ heads, bits, most: lit }, labels) => ({
        kind: 'cells',
        tint: 'attention',
        ...{ columns: heads, lit, rowName: labels[0]!, columnName: labels[1]! },
        values: bits.map((value) => value / Math.max(1e-9, bits[lit]!)),
        text: (i: number) => `L${Math.floor(i / heads)}H${i % heads}: ${bits[i]!.toFixed(3)}`,
      }),
      check: 1,
    }),
    step<Both>({
      id: '4',
      needs: { tokens: [2, 48] },
      facts: both,
      ask: {
        kind: 'choice',
        truth: ({ correlation: r }) =>
          r < 0.25 ? [0] : r < 0.35 ? [0, 1] : r < 0.75 ? [1] : r < 0.85 ? [1, 2] : [2],
      },
      figure: ({ points }, labels) => ({
        kind: 'lists',
        tint: 'attention',
        lists: (['push', 'loss'] as const).map((by, i) => ({
          name: labels[i]!,
          rows: [...points]
            .sort((a, b) => b[by] - a[by])
            .slice(0, 4)
            .map((one) => ({ label: one.name, value: one[by], text: one[by].toFixed(2) })),
        })),
      }),
      check: 0,
    }),
    step<Pair>({
      id: '5',
      needs: { text: true },
      set: { prompt: 'He poured the pitcher into the cup and filled it', token: 'last', look: 'broad' },
      facts: pair,
      ask: { kind: 'choice', truth: ({ asTold }) => (asTold ? [0] : [1]) },
      figure: ({ filled, emptied }, labels) => ({
        kind: 'bars',
        tint: 'attention',
        rows: [filled.cup, filled.pitcher, emptied.cup, emptied.pitcher].map((value, i) => ({
          ...{ label: labels[i]!, value, text: value.toFixed(3) },
        })),
      }),
      check: 0,
    }),
    step<Path>({
      id: '6',
      needs: { text: true },
      facts: path,
      ask: {
        kind: 'amount',
        unit: 'count',
        low: 0,
        high: ({ layers }) => layers - 1,
        truth: ({ handed }) => handed,
      },
      figure: ({ atWord, atLast, handed }, labels) => ({
        kind: 'curve',
        lines: [
          { name: labels[2]!, tint: 'key', points: atWord },
          { name: labels[3]!, tint: 'query', points: atLast },
        ],
        ...{ x: labels[0]!, y: labels[1]!, at: handed, text: (value: number) => value.toFixed(1) },
      }),
      check: 2,
    }),
  ],
};
