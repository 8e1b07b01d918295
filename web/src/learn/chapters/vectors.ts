import { signed, word } from '../../format/format';
import { cosine, most, sum } from '../pick';
import { step, type Chapter, type Live } from '../types';

export interface Table {
  vocabulary: number;
  width: number;
  parameters: number;
  share: number;
}

export interface Near {
  of: string;
  offered: { text: string; cosine: number }[];
  best: number;
  list: { text: string; cosine: number }[];
}

export interface Twice {
  word: string;
  before: number;
  after: number;
}

export interface Apart {
  points: [number, number][];
  first: number;
  last: number;
  word: string;
}

export interface Products {
  products: number[];
  total: number;
  query: string;
  key: string;
}

/** The word of the sentence that is looked up: the sixth token, or the last there is. */
const lookedUp = (live: Live) => Math.min(5, live.tokens.length - 1);

const rowOf = async (live: Live, name: string, token: number): Promise<Float32Array> =>
  (await live.tensor(name, { rows: [token, token + 1] })).data;

function table({ info: { vocabulary, width, parameters } }: Live): Table {
  return { vocabulary, width, parameters, share: (vocabulary * width) / parameters };
}

async function near(live: Live): Promise<Near> {
  const at = lookedUp(live);
  const vector = await rowOf(live, 'hook_embed', at);
  const found = await live.call('nearest', { vector, count: Math.min(1500, live.info.vocabulary) });
  const own = live.tokens[at]!;
  const others = found.filter(({ id, text }) => id !== own.id && /^ ?\p{L}{3,}$/u.test(text));
  const list = others.map(({ text, score }) => ({ text, cosine: score }));
  const ranks = [0, 30, 200, list.length - 1].filter((rank) => rank >= 0 && rank < list.length);
  const offered = [...new Set(ranks)]
    .map((rank) => list[rank]!)
    .sort((a, b) => a.text.localeCompare(b.text, 'en'));
  return {
    ...{ offered, of: word(own.text), list: list.slice(0, 6) },
    best: most(offered.map((one) => one.cosine)),
  };
}

/** The last token that stood before, and where; null where none did. */
export function repeatedToken(ids: readonly number[]): [number, number] | null {
  for (let last = ids.length - 1; last > 0; last -= 1) {
    const first = ids.indexOf(ids[last]!);
    if (first < last) return [first, last];
  }
  return null;
}

async function twice(live: Live): Promise<Twice> {
  const [a, b] = repeatedToken(live.tokens.map(({ id }) => id)) ?? [0, live.tokens.length - 1];
  const of = async (name: string) => cosine(await rowOf(live, name, a), await rowOf(live, name, b));
  return {
    word: word(live.tokens[b]!.text),
    before: await of('hook_embed'),
    after: await of('blocks.0.hook_resid_pre'),
  };
}

async function apart(live: Live): Promise<Apart> {
  const banks = live.tokens.flatMap(({ text }, i) => (text === ' bank' ? [i] : []));
  const [a, b] = [banks[0] ?? 0, banks[1] ?? live.tokens.length - 1];
  const { layers } = live.info;
  const points: [number, number][] = [];
  for (let layer = 0; layer <= layers; layer += 1) {
    const name = layer < layers ? `blocks.${layer}.hook_resid_pre` : `blocks.${layers - 1}.hook_resid_post`;
    points.push([layer, cosine(await rowOf(live, name, a), await rowOf(live, name, b))]);
  }
  return { points, first: points[1]![1], last: points.at(-1)![1], word: word(live.tokens[b]!.text) };
}

async function products(live: Live): Promise<Products> {
  const last = live.tokens.length - 1;
  const at = lookedUp(live);
  const of = async (part: 'q' | 'k', token: number) =>
    (
      await live.tensor(`blocks.${live.layer}.attn.hook_${part}`, {
        head: live.head,
        rows: [token, token + 1],
      })
    ).data.subarray(0, 8);
  const [q, k] = await Promise.all([of('q', last), of('k', at)]);
  const found = Array.from(q, (value, i) => value * k[i]!);
  return {
    ...{ products: found, total: sum(found) },
    ...{ query: word(live.tokens[last]!.text), key: word(live.tokens[at]!.text) },
  };
}

export const chapter: Chapter = {
  id: 'vectors',
  base: { prompt: 'The sun rises in the east and sets in the', look: 'clear' },
  steps: [
    step<Table>({
      id: '1',
      set: { open: 'embedding' },
      facts: (live) => Promise.resolve(table(live)),
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ share }) => share },
      check: 0,
    }),
    step<Near>({
      id: '2',
      set: { open: 'embedding' },
      facts: near,
      ask: {
        kind: 'choice',
        options: ({ offered }) => offered.map(({ text }) => word(text)),
        truth: ({ best }) => [best],
      },
      figure: ({ list }) => ({
        kind: 'bars',
        tint: 'residual',
        most: 1,
        rows: list.map(({ text, cosine: value }, i) => ({
          ...{ label: word(text), value, text: value.toFixed(2), lit: i === 0 },
        })),
      }),
      check: 0,
    }),
    step<Twice>({
      id: '3',
      needs: { text: true },
      set: { open: 'embedding' },
      facts: twice,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ after }) => Math.max(0, after) },
      figure: ({ before, after }, labels) => ({
        kind: 'bars',
        tint: 'residual',
        most: 1,
        rows: [before, after].map((value, i) => ({ label: labels[i]!, value, text: value.toFixed(2) })),
      }),
      check: 1,
    }),
    step<Apart>({
      id: '4',
      needs: { text: true },
      set: { prompt: 'She sat on the bank of the river and went to the bank to' },
      facts: apart,
      ask: {
        kind: 'choice',
        truth: ({ first, last }) => (last < first - 0.02 ? [0] : last > first + 0.02 ? [1] : [2]),
      },
      figure: ({ points }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'residual', points }],
        ...{ x: labels[0]!, y: labels[1]!, text: (value: number) => value.toFixed(1) },
      }),
      check: 2,
    }),
    step<Products>({
      id: '5',
      needs: { tokens: [4, 48] },
      set: { open: 'qkv', token: 'last' },
      facts: products,
      ask: { kind: 'choice', truth: ({ total }) => (total > 0 ? [0] : [1]) },
      figure: ({ products: found }) => ({
        kind: 'bars',
        tint: 'attention',
        rows: found.map((value, i) => ({ label: `${i}`, value, text: signed(value) })),
      }),
      check: 1,
    }),
  ],
};
