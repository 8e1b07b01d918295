/** Attribution as a list: what is shown, what is folded, and the sum that must come out. */
import { describe, expect, test } from 'vitest';
import {
  addsUp,
  barsAbout,
  broughtBy,
  codeOf,
  partsOf,
  rankedNeurons,
  rankedParts,
} from '../../../web/src/experiments/parts';
import type { Why } from '../../../web/src/protocol/experiments';

const why: Why = {
  position: 2,
  embed: 0.5,
  posEmbed: -0.25,
  constant: 0.125,
  heads: [
    [1, -2],
    [0.25, 4],
  ],
  attentionBias: [0.5, -0.5],
  mlp: [-3, 1.5],
  difference: 2.13,
  rounding: 0.005,
  sources: { shape: [2, 2, 3], data: Float32Array.of(1, 0, 0, -1, -1, 0, 0, 0.25, 0, 1, 1, 2) },
};

describe('the parts of a logit', () => {
  test('come in the order of the pass, by the names of the command line', () => {
    expect(partsOf(why).map(({ name, value }) => [name, value])).toEqual([
      ['embed', 0.5],
      ['pos_embed', -0.25],
      ['L0H0', 1],
      ['L0H1', -2],
      ['0_attn_bias', 0.5],
      ['0_mlp_out', -3],
      ['L1H0', 0.25],
      ['L1H1', 4],
      ['1_attn_bias', -0.5],
      ['1_mlp_out', 1.5],
    ]);
  });

  test('the largest in size come first, the rest and the constant are folded, and nothing is lost', () => {
    const { shown, rest, sum, size } = rankedParts(why, 3);
    expect(shown.map(({ name }) => name)).toEqual(['L1H1', '0_mlp_out', 'L0H1']);
    expect(rest.count).toBe(8);
    expect(shown.reduce((total, { value }) => total + value, rest.value)).toBeCloseTo(sum, 12);
    expect(sum).toBeCloseTo(why.difference - why.rounding, 12);
    expect(size).toBeCloseTo(13.625, 12);
  });

  test('a rounding is as large as the arithmetic of the model allows, or the sum is not right', () => {
    expect(addsUp(why, 'q8')).toBe(true);
    expect(addsUp(why, 'f32')).toBe(false);
    expect(addsUp({ ...why, rounding: 0.001 }, 'f32')).toBe(true);
    expect(addsUp({ ...why, rounding: -0.3 }, 'q8')).toBe(false);
  });

  test('what was brought from each token is of a head, of a layer or of all', () => {
    expect(broughtBy(why.sources!)).toEqual([1, 0.25, 2]);
    expect(broughtBy(why.sources!, 0)).toEqual([0, -1, 0]);
    expect(broughtBy(why.sources!, 1, 1)).toEqual([1, 1, 2]);
  });

  test('heads and MLPs can be switched off', () => {
    expect(partsOf(why).map((part) => codeOf(part))).toEqual([
      ...[null, null],
      ...['h0.0*0', 'h0.1*0', null, 'm0', 'h1.0*0', 'h1.1*0', null, 'm1'],
    ]);
  });

  test('bars share a zero line and fill the width', () => {
    const { zero, bars } = barsAbout([3, -1]);
    expect(zero).toBe(0.25);
    expect(bars).toEqual([
      { left: 0.25, width: 0.75 },
      { left: 0, width: 0.25 },
    ]);
    expect(barsAbout([]).bars).toEqual([]);
    expect(barsAbout([0]).bars).toEqual([{ left: 0, width: 0 }]);
  });

  test('neurons by size, without the bias', () => {
    expect(rankedNeurons([0.5, -2, 1, 9])).toEqual([
      { neuron: 1, value: -2 },
      { neuron: 2, value: 1 },
      { neuron: 0, value: 0.5 },
    ]);
  });
});
