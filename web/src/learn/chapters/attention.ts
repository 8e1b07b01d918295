import { percent, signed, word } from '../../format/format';
import { cosine, entropy, most, norm, softmax, sum } from '../pick';
import { step, type Chapter, type Live, type Scene } from '../types';

export interface Roles {
  /** The token that the last one looks at most. */
  key: string;
  keyIndex: number;
  queryKey: number;
  keyValue: number;
  layer: number;
  head: number;
}

export interface Row {
  words: string[];
  last: number;
  /** q·k, and the same by √D. */
  products: number[];
  scores: number[];
  shares: number[];
  /** Shares where nothing is divided. */
  undivided: number[];
  best: number;
  second: number;
  size: number;
  /** Bits. */
  bits: number;
  undividedBits: number;
}

export interface Earlier {
  word: string;
  other: string;
  /** Largest change of a share in the rows before the last. */
  change: number;
  /** Largest change in the last row. */
  last: number;
}

export interface Carried {
  words: string[];
  shares: number[];
  /** Weight times length of the value, divided by their sum. */
  carried: number[];
}

async function row(live: Live): Promise<Row> {
  const last = live.tokens.length - 1;
  const at = { head: live.head, rows: [last, last + 1] as [number, number] };
  const [scores, pattern] = await Promise.all([
    live.tensor(`blocks.${live.layer}.attn.hook_attn_scores`, at),
    live.tensor(`blocks.${live.layer}.attn.hook_pattern`, at),
  ]);
  const divided = Array.from(scores.data);
  const products = divided.map((score) => score * Math.sqrt(live.info.headSize));
  const shares = Array.from(pattern.data);
  const undivided = softmax(products);
  const best = most(products);
  const rest = products.map((product, i) => (i === best ? -Infinity : product));
  return {
    ...{ last, products, shares, undivided, best, scores: divided, second: most(rest) },
    words: live.tokens.map(({ text }) => word(text)),
    size: live.info.headSize,
    bits: entropy(shares),
    undividedBits: entropy(undivided),
  };
}

async function roles(live: Live): Promise<Roles> {
  const { shares, words, last } = await row(live);
  const keyIndex = most(shares);
  const of = async (part: 'q' | 'k' | 'v', token: number) =>
    (
      await live.tensor(`blocks.${live.layer}.attn.hook_${part}`, {
        head: live.head,
        rows: [token, token + 1],
      })
    ).data;
  const [q, k, v] = await Promise.all([of('q', last), of('k', keyIndex), of('v', keyIndex)]);
  return {
    ...{ key: words[keyIndex] ?? '', keyIndex, layer: live.layer, head: live.head },
    queryKey: cosine(q, k),
    keyValue: cosine(k, v),
  };
}

async function earlier(live: Live): Promise<Earlier> {
  const { tokens, layer, head, run } = live;
  const last = tokens.length - 1;
  const [sea, land] = await live.call('encode', { text: ' sea land' });
  const other = tokens[last]?.id === sea!.id ? land! : sea!;
  const ids = tokens.map(({ id }, i) => (i === last ? other.id : id));
  await live.changed([], ids);
  const name = `blocks.${layer}.attn.hook_pattern`;
  const { data } = await live.call('changedTensor', { run, name, head, difference: true });
  const size = last + 1;
  const largest = (values: Float32Array) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return {
    word: word(tokens[last]?.text ?? ''),
    other: word(other.text),
    change: largest(data.subarray(0, last * size)),
    last: largest(data.subarray(last * size)),
  };
}

async function carried(live: Live): Promise<Carried> {
  const { shares, words } = await row(live);
  const { data, shape } = await live.tensor(`blocks.${live.layer}.attn.hook_v`, { head: live.head });
  const size = shape.at(-1) ?? 1;
  const loads = shares.map((share, i) => share * norm(data.subarray(i * size, (i + 1) * size)));
  const all = sum(loads) || 1;
  return { words, shares, carried: loads.map((load) => load / all) };
}

const signedBars = ({ words, best }: Row, values: readonly number[], text: (i: number) => string) => ({
  kind: 'bars' as const,
  tint: 'attention' as const,
  rows: words.map((label, i) => ({ label, value: values[i]!, text: text(i), lit: i === best })),
});

const opened: Scene = { open: 'attention', token: 'last' };

export const chapter: Chapter = {
  id: 'attention',
  base: { prompt: 'The sun rises in the east and sets in the', look: 'clear' },
  steps: [
    step<Roles>({
      id: '1',
      needs: { tokens: [4, 48] },
      set: { open: 'qkv', token: 'last' },
      facts: roles,
      ask: { kind: 'choice', truth: ({ keyValue }) => (keyValue > 0.99 ? [0] : [1]) },
      figure: ({ queryKey, keyValue }, labels) => ({
        kind: 'bars',
        tint: 'attention',
        most: 1,
        rows: [queryKey, keyValue].map((value, i) => ({ label: labels[i]!, value, text: signed(value) })),
      }),
      check: 2,
    }),
    step<Row>({
      id: '2',
      needs: { tokens: [4, 24] },
      set: { ...opened, matrix: 'scores' },
      facts: row,
      ask: { kind: 'token', truth: ({ products }) => products },
      reveal: ({ last, best }) => ({ cell: { query: last, key: best } }),
      figure: (facts) => signedBars(facts, facts.products, (i) => facts.products[i]!.toFixed(1)),
      check: 2,
    }),
    step<Row>({
      id: '3',
      needs: { tokens: [4, 24] },
      set: opened,
      facts: row,
      ask: {
        kind: 'amount',
        unit: 'share',
        low: 0,
        high: 1,
        truth: ({ undivided }) => Math.max(...undivided),
      },
      figure: (facts, labels) => ({
        kind: 'lists',
        tint: 'attention',
        lists: [facts.shares, facts.undivided].map((shares, i) => ({
          name: labels[i]!,
          rows: facts.words
            .map((label, j) => ({
              label,
              value: shares[j]!,
              text: percent(shares[j]),
              lit: j === facts.best,
            }))
            .sort((a, b) => b.value - a.value)
            .slice(0, 5),
        })),
      }),
      check: 1,
    }),
    step<Earlier>({
      id: '4',
      needs: { tokens: [3, 48] },
      set: { ...opened, matrix: 'masked' },
      facts: earlier,
      ask: { kind: 'choice', truth: ({ change }) => (change === 0 ? [1] : [0]) },
      figure: ({ change, last }, labels) => ({
        kind: 'bars',
        tint: 'attention',
        rows: [change, last].map((value, i) => ({ label: labels[i]!, value, text: percent(value) })),
      }),
      check: 0,
    }),
    step<Row>({
      id: '5',
      needs: { tokens: [3, 12] },
      set: opened,
      facts: row,
      ask: { kind: 'row', truth: ({ shares }) => shares },
      figure: (facts) =>
        signedBars(
          facts,
          facts.shares,
          (i) => `${facts.scores[i]!.toFixed(1)} → ${percent(facts.shares[i])}`,
        ),
      check: 2,
    }),
    step<Carried>({
      id: '6',
      needs: { tokens: [3, 24] },
      set: opened,
      facts: carried,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ carried }) => carried[0]! },
      figure: ({ words, shares, carried }) => ({
        kind: 'bars',
        tint: 'value',
        rows: words.map((label, i) => ({
          ...{ label, value: carried[i]!, text: percent(carried[i]), before: shares[i]! },
          lit: i === 0,
        })),
      }),
      check: 0,
    }),
    step({
      id: '7',
      set: opened,
      ask: { kind: 'choice', truth: () => [1] },
      check: 3,
    }),
  ],
};
