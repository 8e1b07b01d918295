import { percent, word } from '../../format/format';
import type { Sampling } from '../../protocol/protocol';
import { barsOf, most, softmax, type Share } from '../pick';
import { step, type Chapter, type Live } from '../types';

const plain: Sampling = { temperature: 1, topK: 0, topP: 1 };

export interface Logits {
  top: (Share & { logit: number })[];
  /** Largest change of a share when 5 is added to every logit. */
  change: number;
}

export interface Temperatures {
  /** First five at T = 0.1, 0.2, ... */
  lists: Share[][];
  /** Share of the first token at T 1 and at T 0.5. */
  plain: number;
  half: number;
  first: string;
}

export interface Greedy {
  words: string[];
  /** Where a run of four tokens stands that stood there before; null where none does. */
  repeat: { at: number; text: string } | null;
}

export interface Kept {
  kept: number;
  rows: { p: number; kept: number }[];
  vocabulary: number;
  cut: number;
}

export interface Draws {
  /** How often each token was drawn, the most frequent first. */
  tally: { text: string; times: number; share: number }[];
  first: { text: string; times: number; share: number };
  draws: number;
}

export interface Orders {
  cool: Share[];
  warm: Share[];
  same: boolean;
  /** Bits. */
  coolEntropy: number;
  warmEntropy: number;
}

async function logits(live: Live): Promise<Logits> {
  const { candidates } = await live.list(6);
  const last = live.tokens.length - 1;
  const { data } = await live.tensor('logits', { rows: [last, last + 1] });
  const before = softmax(data);
  const after = softmax(data.map((logit) => logit + 5));
  return {
    top: candidates.map(({ text, raw, id, logit }) => ({ text, share: raw, id, logit })),
    change: before.reduce((largest, share, i) => Math.max(largest, Math.abs(share - after[i]!)), 0),
  };
}

const scaled = async (live: Live, temperature: number, count = 5): Promise<Share[]> =>
  (await live.list(count, { sampling: { ...plain, temperature } })).candidates.map(
    ({ text, scaled: share, id }) => ({ text, share, id }),
  );

async function temperatures(live: Live): Promise<Temperatures> {
  const lists: Share[][] = [];
  for (let tenths = 1; tenths <= 25; tenths += 1) lists.push(await scaled(live, tenths / 10));
  const first = lists[9]![0]!;
  return { lists, plain: first.share, half: lists[4]![0]!.share, first: first.text };
}

/** The first place where four tokens stand that stood there before. */
export function repeated(ids: readonly number[]): number | null {
  const seen = new Set<string>();
  for (let at = 0; at + 4 <= ids.length; at += 1) {
    const four = ids.slice(at, at + 4).join(' ');
    if (seen.has(four)) return at;
    seen.add(four);
  }
  return null;
}

async function greedy(live: Live): Promise<Greedy> {
  const ids = live.tokens.map(({ id }) => id);
  const made: number[] = [];
  const room = Math.min(40, live.info.context - ids.length);
  while (made.length < room) {
    const { logits: row } = await live.call('probe', { ids: [...ids, ...made], heads: [] });
    made.push(most(row));
  }
  const texts = await live.call('tokens', { ids: made });
  const at = repeated(made);
  const four =
    at === null
      ? ''
      : texts
          .slice(at, at + 4)
          .map(({ text }) => text)
          .join('');
  return {
    words: texts.map(({ text }) => word(text)),
    repeat: at === null ? null : { at, text: four.trim() },
  };
}

async function kept(live: Live): Promise<Kept> {
  const rows = [];
  for (const p of [0.5, 0.8, 0.9, 0.95]) {
    const { keptByP } = await live.list(1, { sampling: { ...plain, topP: p } });
    rows.push({ p, kept: keptByP });
  }
  const { vocabulary, massCutByP } = await live.list(1, { sampling: { ...plain, topP: 0.9 } });
  return { rows, kept: rows[2]!.kept, vocabulary, cut: massCutByP };
}

const draws = 20;

async function drawn(live: Live): Promise<Draws> {
  const sampling = { temperature: 1, topK: 40, topP: 0.95 };
  const { candidates } = await live.list(40, { sampling });
  const times = new Map<number, number>();
  for (let seed = 1; seed <= draws; seed += 1) {
    const { rank } = await live.call('draw', { run: live.run, ...sampling, seed, index: 0 });
    times.set(rank, (times.get(rank) ?? 0) + 1);
  }
  const tally = candidates.map(({ text, probability }, rank) => ({
    ...{ text, share: probability },
    times: times.get(rank) ?? 0,
  }));
  const first = tally[0]!;
  return { draws, first, tally: tally.filter((one) => one.times > 0 || one === first).slice(0, 8) };
}

async function orders(live: Live): Promise<Orders> {
  const [cool, warm] = [await scaled(live, 0.3), await scaled(live, 2)];
  const bits = async (temperature: number) =>
    (await live.list(1, { sampling: { ...plain, temperature } })).entropy / Math.LN2;
  return {
    ...{ cool, warm },
    same: cool.every(({ id }, i) => id === warm[i]?.id),
    coolEntropy: await bits(0.3),
    warmEntropy: await bits(2),
  };
}

export const chapter: Chapter = {
  id: 'sampling',
  base: { prompt: 'The cat sat on the mat. The dog sat on the' },
  steps: [
    step<Logits>({
      id: '1',
      facts: logits,
      ask: { kind: 'choice', truth: ({ change }) => (change < 1e-6 ? [1] : [0]) },
      scrub: {
        from: -5,
        to: () => 10,
        begin: () => 5,
        figure: ({ top }, c) => ({
          kind: 'bars',
          tint: 'output',
          most: Math.max(...top.map(({ logit }) => Math.abs(logit))) + 10,
          rows: top.map(({ text, logit, share }, i) => ({
            label: word(text),
            value: logit + c,
            text: `${(logit + c).toFixed(1)} → ${percent(share)}`,
            lit: i === 0,
          })),
        }),
      },
      check: 1,
    }),
    step<Temperatures>({
      id: '2',
      facts: temperatures,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ half }) => half },
      reveal: { sampling: { temperature: 0.5 } },
      scrub: {
        from: 1,
        to: ({ lists }) => lists.length,
        begin: () => 5,
        text: (tenths) => (tenths / 10).toFixed(1),
        sampling: (tenths) => ({ temperature: tenths / 10 }),
        figure: ({ lists }, tenths) => ({
          kind: 'bars',
          tint: 'output',
          most: 1,
          rows: barsOf(lists[tenths - 1] ?? [], lists[tenths - 1]?.[0]?.id),
        }),
      },
      check: 0,
    }),
    step<Greedy>({
      id: '3',
      needs: { tokens: [1, 48] },
      set: { sampling: { temperature: 0 } },
      facts: greedy,
      ask: { kind: 'choice', truth: ({ repeat }) => (repeat ? [0] : [1]) },
      figure: ({ words, repeat }) => ({
        kind: 'words',
        tint: 'output',
        words: words.map((text, i) => {
          const lit = repeat !== null && i >= repeat.at && i < repeat.at + 4;
          return { text, note: '', share: lit ? 0.6 : 0, lit };
        }),
      }),
      check: 2,
    }),
    step<Kept>({
      id: '4',
      facts: kept,
      ask: {
        kind: 'amount',
        unit: 'count',
        low: 1,
        high: ({ vocabulary }) => vocabulary,
        truth: (f) => f.kept,
      },
      reveal: { sampling: { topP: 0.9, topK: 0 } },
      figure: ({ rows }) => ({
        kind: 'bars',
        tint: 'output',
        rows: rows.map(({ p, kept: value }) => ({
          ...{ label: `p = ${p}`, value, text: `${value}` },
          lit: p === 0.9,
        })),
      }),
      check: 1,
    }),
    step<Draws>({
      id: '5',
      facts: drawn,
      ask: { kind: 'amount', unit: 'count', low: 0, high: draws, truth: ({ first }) => first.times },
      figure: ({ tally }) => ({
        kind: 'bars',
        tint: 'output',
        rows: tally.map(({ text, times, share }, i) => ({
          ...{ label: word(text), value: times, text: `${times} · ${percent(share)}` },
          ...{ before: share * draws, lit: i === 0 },
        })),
      }),
      check: 0,
    }),
    step<Orders>({
      id: '6',
      facts: orders,
      ask: { kind: 'choice', truth: ({ same }) => (same ? [1] : [0]) },
      figure: ({ cool, warm }, labels) => ({
        kind: 'lists',
        tint: 'output',
        lists: [
          { name: labels[0]!, rows: barsOf(cool, cool[0]?.id) },
          { name: labels[1]!, rows: barsOf(warm, warm[0]?.id) },
        ],
      }),
      check: 2,
    }),
  ],
};
