import { percent, word } from '../../format/format';
import { means } from '../lab/dropout';
import { bitsOf, most, norm } from '../pick';
import { step, type Chapter, type Live } from '../types';

export interface Added {
  layer: number;
  before: number;
  attention: number;
  mlp: number;
  after: number;
}

export interface Silent {
  /** Bits, by block. */
  bits: number[];
  /** Blocks offered. */
  offered: number[];
  worst: number;
  said: string;
  /** First guess where no attention writes anything. */
  bag: string;
}

export interface Normed {
  mean: number;
  deviation: number;
  newMean: number;
  newDeviation: number;
  width: number;
}

export interface Lengths {
  points: [number, number][];
  first: number;
  last: number;
}

export interface Neurons {
  loud: number;
  inner: number;
  width: number;
  top: { neuron: number; value: number }[];
}

export interface Dropped {
  points: [number, number][];
  last: number;
}

/** The block that these steps look into. */
const inside = 3;
const layerOf = (live: Live) => Math.min(inside, live.info.layers - 1);

const lastRow = async (live: Live, name: string): Promise<Float32Array> => {
  const last = live.tokens.length - 1;
  return (await live.tensor(name, { rows: [last, last + 1] })).data;
};

async function added(live: Live): Promise<Added> {
  const layer = layerOf(live);
  const length = async (part: string) => norm(await lastRow(live, `blocks.${layer}.${part}`));
  const [before, attention, mlp, after] = await Promise.all(
    ['hook_resid_pre', 'hook_attn_out', 'hook_mlp_out', 'hook_resid_post'].map(length),
  );
  return { layer, before: before!, attention: attention!, mlp: mlp!, after: after! };
}

async function silent(live: Live): Promise<Silent> {
  const { layers } = live.info;
  const bits: number[] = [];
  const said: string[] = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const { comparison, next } = await live.changed([`m${layer}`]);
    bits.push(bitsOf(comparison?.klNats ?? 0));
    said.push(word(next?.distribution.candidates[0]?.text ?? ''));
  }
  const none = await live.changed(Array.from({ length: layers }, (_, layer) => `a${layer}`));
  const worst = most(bits);
  return {
    ...{ bits, worst, said: said[worst]! },
    offered: [...new Set([0, Math.floor(layers / 2), layers - 1])],
    bag: word(none.next?.distribution.candidates[0]?.text ?? ''),
  };
}

const momentsOf = (values: Float32Array): [number, number] => {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  const square = values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length;
  return [mean, Math.sqrt(square)];
};

async function normed(live: Live): Promise<Normed> {
  const layer = layerOf(live);
  const row = await lastRow(live, `blocks.${layer}.hook_resid_pre`);
  const [scale] = await lastRow(live, `blocks.${layer}.ln1.hook_scale`);
  const [mean, deviation] = momentsOf(row);
  // Before the learnt factors and terms, which the engine's normalized row has in it.
  const [newMean, newDeviation] = momentsOf(row.map((value) => (value - mean) / (scale ?? 1)));
  return { mean, deviation, newMean, newDeviation, width: live.info.width };
}

async function lengths(live: Live): Promise<Lengths> {
  const points: [number, number][] = [];
  for (let layer = 0; layer < live.info.layers; layer += 1)
    points.push([layer, norm(await lastRow(live, `blocks.${layer}.hook_resid_pre`))]);
  const end = live.info.layers;
  points.push([end, norm(await lastRow(live, `blocks.${end - 1}.hook_resid_post`))]);
  return { points, first: points[0]![1], last: points.at(-1)![1] };
}

async function neurons(live: Live): Promise<Neurons> {
  const post = await lastRow(live, `blocks.${live.info.layers - 1}.mlp.hook_post`);
  const order = Array.from(post, (value, neuron) => ({ neuron, value })).sort((a, b) => b.value - a.value);
  return {
    loud: post.filter((value) => Math.abs(value) > 0.1).length / post.length,
    ...{ inner: post.length, width: live.info.width, top: order.slice(0, 8) },
  };
}

const draws = 100;

async function dropped(live: Live): Promise<Dropped> {
  const row = await lastRow(live, `blocks.${layerOf(live)}.mlp.hook_post`);
  const found = means(row, 0.1, draws, 42);
  return { points: found.map((mean, i) => [i + 1, mean]), last: found.at(-1)! };
}

export const chapter: Chapter = {
  id: 'block',
  base: { prompt: 'The sun rises in the east and sets in the', layer: inside, head: 0, token: 'last' },
  steps: [
    step<Added>({
      id: '1',
      set: { open: 'residual' },
      facts: added,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 2, truth: (f) => f.attention / f.before },
      figure: ({ before, attention, mlp, after }, labels) => ({
        kind: 'bars',
        tint: 'residual',
        rows: [before, attention, mlp, after].map((value, i) => ({
          ...{ label: labels[i]!, value, text: value.toFixed(1), lit: i === 1 },
        })),
      }),
      check: 1,
    }),
    step<Silent>({
      id: '2',
      needs: { tokens: [1, 48] },
      facts: silent,
      ask: {
        kind: 'choice',
        options: ({ offered }) => offered.map((layer) => `MLP ${layer}`),
        truth: ({ offered, bits }) => [most(offered.map((layer) => bits[layer]!))],
      },
      reveal: ({ worst }) => ({ x: [`m${worst}`], layer: worst }),
      figure: ({ bits, worst }) => ({
        kind: 'bars',
        tint: 'mlp',
        rows: bits.map((value, layer) => ({
          ...{ label: `MLP ${layer}`, value, text: value.toFixed(2), lit: layer === worst },
        })),
      }),
      check: 0,
    }),
    step<Normed>({
      id: '3',
      set: { open: 'ln1' },
      facts: normed,
      ask: {
        kind: 'choice',
        truth: ({ newMean, newDeviation }) =>
          Math.abs(newMean) < 0.05 && Math.abs(newDeviation - 1) < 0.05 ? [0] : [1],
      },
      figure: ({ mean, deviation, newMean, newDeviation }, labels) => ({
        kind: 'bars',
        tint: 'residual',
        rows: [mean, deviation, newMean, newDeviation].map((value, i) => ({
          ...{ label: labels[i]!, value, text: (Math.abs(value) < 0.005 ? 0 : value).toFixed(2) },
        })),
      }),
      check: 2,
    }),
    step<Lengths>({
      id: '4',
      facts: lengths,
      ask: { kind: 'choice', truth: () => [0] },
      figure: ({ points }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'residual', points }],
        ...{ x: labels[0]!, y: labels[1]!, text: (value: number) => value.toFixed(0) },
      }),
      check: 1,
    }),
    step<Neurons>({
      id: '5',
      set: { open: 'mlp' },
      facts: neurons,
      ask: { kind: 'amount', unit: 'share', low: 0, high: 1, truth: ({ loud }) => loud },
      figure: ({ top }) => ({
        kind: 'bars',
        tint: 'mlp',
        rows: top.map(({ neuron, value }, i) => ({
          ...{ label: `${neuron}`, value, text: value.toFixed(2), lit: i === 0 },
        })),
      }),
      check: 1,
    }),
    step<Dropped>({
      id: '6',
      facts: dropped,
      ask: {
        kind: 'choice',
        truth: ({ last }) => (last < 0.95 ? [0] : last > 1.05 ? [2] : [1]),
      },
      figure: ({ points }, labels) => ({
        kind: 'curve',
        lines: [{ name: labels[1]!, tint: 'mlp', points }],
        ...{ x: labels[0]!, y: labels[1]!, text: percent },
      }),
      check: 1,
    }),
  ],
};
