import { dot, turned, wave } from '../lab/positions';
import { bitsOf, cosine, most, softmax, sum } from '../pick';
import { step, type Chapter, type Live } from '../types';

export interface Shuffled {
  /** KL of the two next-token lists, bits. */
  bits: number;
  /** Largest difference of a logit. */
  logit: number;
  /** The same with positions on, mask on. */
  asUsual: number;
}

export interface Places {
  pairs: { name: string; cosine: number }[];
  /** Cosine of place 3 with others. */
  points: [number, number][];
  context: number;
}

export interface Waves {
  before: number;
  after: number;
  /** Dot product by distance. */
  points: [number, number][];
  moved: [number, number][];
}

export interface Turned {
  before: number;
  both: number;
  one: number;
  points: [number, number][];
}

export interface Shifts {
  /** Mean bits of surprise by shift. */
  points: [number, number][];
  first: number;
  far: number;
  shift: number;
}

/** The next-token logits of the run's tokens, or of others as many, in a changed model. */
async function logitsOf(
  live: Live,
  codes: readonly string[],
  ids?: readonly number[],
): Promise<Float32Array> {
  const last = live.tokens.length - 1;
  await live.changed(codes, ids && [...ids]);
  const rows: [number, number] = [last, last + 1];
  return (await live.call('changedTensor', { run: live.run, name: 'logits', rows })).data;
}

function apart(a: Float32Array, b: Float32Array): { bits: number; logit: number } {
  const [p, q] = [softmax(a), softmax(b)];
  const nats = sum(p.map((share, i) => (share > 0 ? share * Math.log(share / Math.max(q[i]!, 1e-300)) : 0)));
  return {
    bits: bitsOf(Math.max(0, nats)),
    logit: a.reduce((top, value, i) => Math.max(top, Math.abs(value - b[i]!)), 0),
  };
}

/** All words but the last the other way round. */
const reversed = (live: Live): number[] => {
  const ids = live.tokens.map(({ id }) => id);
  return [...ids.slice(0, -1).reverse(), ids.at(-1)!];
};

async function shuffled(live: Live, codes: readonly string[]): Promise<Shuffled> {
  const ids = reversed(live);
  const between = async (changes: readonly string[]) =>
    apart(await logitsOf(live, changes), await logitsOf(live, changes, ids));
  const asUsual = (await between([])).bits;
  return { ...(await between(codes)), asUsual };
}

async function places(live: Live): Promise<Places> {
  const { context } = live.info;
  const rows = async (at: number, count = 1) =>
    (await live.call('weight', { name: 'wpe.weight', rows: [at, at + count] })).data;
  const third = await rows(3);
  const others = [4, 30, Math.min(300, context - 1)];
  const pairs = [];
  for (const other of others) pairs.push({ name: `3 & ${other}`, cosine: cosine(third, await rows(other)) });
  const near = await rows(0, Math.min(64, context));
  const size = third.length;
  const points = Array.from({ length: near.length / size }, (_, at): [number, number] => [
    at,
    cosine(third, near.subarray(at * size, (at + 1) * size)),
  ]);
  return { pairs, points, context };
}

const waveSize = 64;

function waves(): Waves {
  const from = (place: number) =>
    Array.from({ length: 41 }, (_, k): [number, number] => [
      k,
      dot(wave(place, waveSize), wave(place + k, waveSize)),
    ]);
  const [points, moved] = [from(5), from(15)];
  return { points, moved, before: points[7]![1], after: moved[7]![1] };
}

async function turning(live: Live): Promise<Turned> {
  const { layer, head, tokens } = live;
  const last = tokens.length - 1;
  const key = Math.max(0, last - 4);
  const of = async (part: 'q' | 'k', at: number) =>
    (await live.tensor(`blocks.${layer}.attn.hook_${part}`, { head, rows: [at, at + 1] })).data;
  const [q, k] = await Promise.all([of('q', last), of('k', key)]);
  const score = (m: number, n: number) => dot(turned(q, m), turned(k, n)) / Math.sqrt(q.length);
  return {
    ...{ before: score(last, key), both: score(last + 10, key + 10), one: score(last + 10, key) },
    points: Array.from({ length: 33 }, (_, s): [number, number] => [s, score(last + s, key)]),
  };
}

async function shifts(live: Live): Promise<Shifts> {
  const ids = live.tokens.map(({ id }) => id);
  const most = live.info.context - ids.length;
  const steps = [0, 50, 100, 150, 200, 250, 300, 400].filter((shift) => shift <= most);
  const points: [number, number][] = [];
  const size = live.info.vocabulary;
  for (const shift of steps) {
    await live.changed(shift === 0 ? [] : [`pos+${shift}`]);
    const { data } = await live.call('changedTensor', { run: live.run, name: 'logits' });
    let bits = 0;
    for (let row = 0; row + 1 < ids.length; row += 1) {
      const shares = softmax(data.subarray(row * size, (row + 1) * size));
      bits -= Math.log2(Math.max(shares[ids[row + 1]!]!, 1e-300));
    }
    points.push([shift, bits / Math.max(1, ids.length - 1)]);
  }
  const [shift, far] = points.at(-1)!;
  return { points, shift, far, first: points[0]![1] };
}

export const chapter: Chapter = {
  id: 'order',
  base: { prompt: 'The sun rises in the east and sets in the', look: 'clear' },
  steps: [
    step<Shuffled>({
      id: '1',
      needs: { tokens: [4, 48] },
      facts: (live) => shuffled(live, ['nomask', 'nopos']),
      ask: { kind: 'choice', truth: ({ bits }) => (bits < 1e-4 ? [1] : [0]) },
      reveal: { x: ['nomask', 'nopos'] },
      figure: ({ bits, asUsual }, labels) => ({
        kind: 'bars',
        tint: 'output',
        rows: [bits, asUsual].map((value, i) => ({ label: labels[i]!, value, text: value.toFixed(3) })),
      }),
      check: 1,
    }),
    step<Shuffled>({
      id: '2',
      needs: { tokens: [4, 48] },
      facts: (live) => shuffled(live, ['nopos']),
      ask: { kind: 'choice', truth: ({ bits }) => (bits > 0.01 ? [1] : bits > 1e-3 ? [0, 1] : [0]) },
      reveal: { x: ['nopos'] },
      figure: ({ bits, asUsual }, labels) => ({
        kind: 'bars',
        tint: 'output',
        rows: [bits, asUsual].map((value, i) => ({ label: labels[i]!, value, text: value.toFixed(3) })),
      }),
      check: 0,
    }),
    step<Places>({
      id: '3',
      set: { open: 'embedding' },
      facts: places,
      ask: {
        kind: 'choice',
        options: ({ pairs }) => pairs.map(({ name }) => name),
        truth: ({ pairs }) => [most(pairs.map((pair) => pair.cosine))],
      },
      figure: ({ points }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'residual', points }],
        ...{ x: labels[0]!, y: labels[1]!, at: 3, text: (value: number) => value.toFixed(1) },
      }),
      check: 2,
    }),
    step<Waves>({
      id: '4',
      facts: () => Promise.resolve(waves()),
      ask: { kind: 'choice', truth: ({ before, after }) => (Math.abs(before - after) < 1e-9 ? [1] : [0]) },
      figure: ({ points, moved }, labels) => ({
        kind: 'curve',
        lines: [
          { name: labels[2]!, tint: 'residual', points },
          { name: labels[3]!, tint: 'attention', points: moved },
        ],
        ...{ x: labels[0]!, y: labels[1]!, text: (value: number) => value.toFixed(0) },
      }),
      check: 1,
    }),
    step<Turned>({
      id: '5',
      needs: { tokens: [4, 48] },
      set: { open: 'qkv', token: 'last' },
      facts: turning,
      ask: {
        kind: 'choice',
        truth: ({ before, both, one }) =>
          Math.abs(one - before) > 1e-6 * Math.abs(before) &&
          Math.abs(both - before) < 1e-6 + Math.abs(before) * 1e-6
            ? [1]
            : [0],
      },
      figure: ({ points }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'attention', points }],
        ...{ x: labels[0]!, y: labels[1]!, text: (value: number) => value.toFixed(1) },
      }),
      check: 0,
    }),
    step<Shifts>({
      id: '6',
      needs: { tokens: [3, 24] },
      facts: shifts,
      ask: {
        kind: 'choice',
        truth: ({ first, far }) => (far < first - 0.1 ? [0] : far > first + 0.1 ? [2] : [1]),
      },
      reveal: ({ shift }) => ({ x: shift > 0 ? [`pos+${shift}`] : [] }),
      figure: ({ points }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'output', points }],
        ...{ x: labels[0]!, y: labels[1]!, text: (value: number) => value.toFixed(1) },
      }),
      check: 2,
    }),
  ],
};
