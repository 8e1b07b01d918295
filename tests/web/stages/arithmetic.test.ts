import { describe, expect, it } from 'vitest';
import {
  columnOf,
  cosine,
  dot,
  meanRow,
  norm,
  rowNorms,
  rowOf,
  sum,
} from '../../../web/src/stages/arithmetic/dot';
import { cosines, crossings, slowestFirst } from '../../../web/src/stages/arithmetic/embedding';
import { activations, erf, geluErf, geluTanh } from '../../../web/src/stages/arithmetic/gelu';
import {
  alongWhole,
  headContributions,
  headTicks,
  writtenLengths,
} from '../../../web/src/stages/arithmetic/heads';
import {
  fewest,
  concentration,
  direction,
  outputLengths,
  strongestNeurons,
} from '../../../web/src/stages/arithmetic/mlp';
import { layerNorm, rowMoments } from '../../../web/src/stages/arithmetic/norm';
import { lengths, runningSums, writers, writtenBy } from '../../../web/src/stages/arithmetic/residual';
import { finished, values } from './numbers';

describe('LayerNorm', () => {
  it.each([1, 3, 7, 64, 65])('of %i values has mean 0 and spread 1 before gain and bias', (size) => {
    const x = values(size, 5);
    const gain = values(size, 6);
    const bias = values(size, 7);
    const steps = layerNorm(x, gain, bias, 0);
    if (size > 1) {
      expect(sum(steps.normalized) / size).toBeCloseTo(0, 10);
      expect(sum(steps.normalized.map((v) => v * v)) / size).toBeCloseTo(1, 10);
    }
    if (size > 1)
      steps.output.forEach((v, i) => expect(v).toBeCloseTo(steps.normalized[i]! * gain[i]! + bias[i]!, 12));
  });
  it('can be checked by hand', () => {
    const steps = layerNorm([1, 3], [2, 2], [0, 1], 0);
    expect([steps.mean, steps.variance, steps.scale]).toEqual([2, 1, 1]);
    expect(Array.from(steps.output)).toEqual([-2, 3]);
  });
  it('is held up by epsilon where nothing varies', () => {
    expect(layerNorm([4, 4], [1, 1], [0, 0], 1e-5).scale).toBeCloseTo(Math.sqrt(1e-5), 12);
  });
  it('agrees row by row', () => {
    const data = values(21, 8);
    const rows = rowMoments(data, 7, 1e-5);
    expect(rows).toHaveLength(3);
    const one = layerNorm(rowOf(data, 7, 2), new Float32Array(7), new Float32Array(7), 1e-5);
    expect(rows[2]!.scale).toBeCloseTo(one.scale, 12);
  });
});

describe('GELU', () => {
  it.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2.4, 0.9993114861033549],
    [2.6, 0.9997639655834707],
    [-1, -0.8427007929497149],
    [7, 1],
  ])('erf(%f)', (x, value) => expect(erf(x)).toBeCloseTo(value, 12));
  it('agrees with its approximation to the third digit', () => {
    for (let x = -6; x <= 6; x += 0.1) expect(Math.abs(geluErf(x) - geluTanh(x))).toBeLessThan(1e-3);
  });
  it('lets large values through and stops small ones', () => {
    expect(geluTanh(10)).toBe(10);
    expect(geluTanh(-10)).toBeCloseTo(0, 12);
    expect(geluTanh(0)).toBe(0);
    expect(activations.relu.of(-2)).toBe(0);
    expect(activations.silu.of(2)).toBeCloseTo(1.7615941559557649, 12);
    expect(activations.tanh.of(0.5)).toBeCloseTo(0.46211715726000975, 12);
    expect(activations.quick_gelu.of(1)).toBeCloseTo(0.8457957659328212, 12);
  });
});

describe('heads', () => {
  it('are numbered as closely as their numbers have room', () => {
    expect(headTicks(8, 20)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(headTicks(16, 20)).toHaveLength(16);
    expect(headTicks(16, 12)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
    expect(headTicks(1, 5)).toEqual([0]);
    expect(headTicks(0, 5)).toEqual([]);
  });

  const [heads, size, channels, tokens] = [3, 5, 7, 4];
  const projection = values(channels * heads * size, 11);
  const z = values(tokens * heads * size, 12);

  it('add up to the product with the whole matrix', () => {
    const row = rowOf(z, heads * size, 1);
    const parts = headContributions(projection, row, heads);
    for (let c = 0; c < channels; ++c) {
      const whole = sum(row.map((value, i) => value * projection[c * heads * size + i]!));
      expect(sum(columnOf(parts, channels, c))).toBeCloseTo(whole, 5);
    }
  });
  it('have the lengths that the grams say', () => {
    const lengths = finished(writtenLengths(projection, z, channels, heads));
    for (let token = 0; token < tokens; ++token) {
      const parts = headContributions(projection, rowOf(z, heads * size, token), heads);
      const direct = rowNorms(parts, channels);
      for (let head = 0; head < heads; ++head)
        expect(lengths[token * heads + head]).toBeCloseTo(direct[head]!, 4);
    }
  });
  it('pause while a large matrix is worked through, and no more for another text', () => {
    const [C, H, D, T] = [96, 4, 128, 3];
    const weights = values(C * H * D, 13);
    const pauses = (text: Float32Array) => [...writtenLengths(weights, text, C, H)].length;
    expect(pauses(values(T * H * D, 14))).toBeGreaterThan(4);
    expect(pauses(values(T * H * D, 15))).toBeLessThan(4);
  });
  it('go along the whole by lengths that add up to its length', () => {
    const parts = [values(9, 1), values(9, 2), values(9, 3)];
    const whole = Float32Array.from({ length: 9 }, (_, i) =>
      parts.reduce((total, part) => total + part[i]!, 0),
    );
    expect(sum(alongWhole(parts, whole).map((part) => part.along))).toBeCloseTo(norm(whole), 5);
    expect(
      alongWhole(
        [
          [2, 0],
          [0, 0],
        ],
        [2, 0],
      ),
    ).toEqual([
      { length: 2, along: 2, cosine: 1 },
      { length: 0, along: 0, cosine: 0 },
    ]);
  });
});

describe('neurons', () => {
  // Two channels, three neurons: output vectors (3, 4), (0, 1), (0, 0).
  const projection = Float32Array.of(3, 0, 0, 4, 1, 0);
  it('write the length of their output vector times their activation', () => {
    expect(Array.from(finished(outputLengths(projection, 3)))).toEqual([5, 1, 0]);
    expect([...outputLengths(values(256 * 1024, 25), 1024)]).toHaveLength(0);
    expect([...outputLengths(values(768 * 3072, 25), 3072)].length).toBeGreaterThanOrEqual(4);
    const order = strongestNeurons(Float32Array.of(1, 8, 9), Float32Array.of(1, -8, 9), [5, 1, 0], 3);
    expect(order.map((neuron) => [neuron.index, neuron.written])).toEqual([
      [1, 8],
      [0, 5],
      [2, 0],
    ]);
    expect(concentration(order, 1)).toEqual({ on: 2, share: 8 / 13 });
  });
  it('push along their output vector, or against it when below 0', () => {
    expect(Array.from(direction(projection, 3, 0, 2))).toEqual([3, 4]);
    expect(Array.from(direction(projection, 3, 0, -2))).toEqual([-3, -4]);
  });
});

describe('the residual stream', () => {
  it('has two embeddings and two writers a block', () => {
    const list = writers(3);
    expect(list).toHaveLength(8);
    expect(list.map(writtenBy)).toEqual([
      'hook_embed',
      'hook_pos_embed',
      'blocks.0.hook_attn_out',
      'blocks.0.hook_mlp_out',
      'blocks.1.hook_attn_out',
      'blocks.1.hook_mlp_out',
      'blocks.2.hook_attn_out',
      'blocks.2.hook_mlp_out',
    ]);
  });
  it('is the running sum of what was written', () => {
    const parts = [Float32Array.of(1, 0), Float32Array.of(2, 4), Float32Array.of(-3, 0)];
    expect(Array.from(runningSums(parts))).toEqual([1, 0, 3, 4, 0, 4]);
    expect(lengths(parts)).toEqual({ written: [1, Math.sqrt(20), 3], lane: [1, 5, 4] });
    expect(lengths([])).toEqual({ written: [], lane: [] });
  });
});

describe('embeddings', () => {
  it('have cosines of 1 with themselves, symmetric', () => {
    const data = values(4 * 9, 21);
    const square = finished(cosines(data, 9));
    for (let a = 0; a < 4; ++a) {
      expect(square[a * 5]).toBeCloseTo(1, 5);
      for (let b = 0; b < 4; ++b) {
        expect(square[a * 4 + b]).toBe(square[b * 4 + a]);
        expect(square[a * 4 + b]).toBeCloseTo(cosine(rowOf(data, 9, a), rowOf(data, 9, b)), 5);
      }
    }
    expect(cosine([0, 0], [1, 2])).toBe(0);
  });
  it('are compared in pieces of a million products at the most, and a short text in one', () => {
    const pauses = (tokens: number, channels: number) =>
      [...cosines(values(tokens * channels, 23), channels)].length;
    expect(pauses(20, 256)).toBe(0);
    expect(pauses(160, 768)).toBeGreaterThanOrEqual((160 * 160 * 768) / 2 / 2 ** 20);
  });
  it('order waves by how often they cross their mean', () => {
    const wave = (turns: number) =>
      Float32Array.from({ length: 64 }, (_, i) => Math.cos(((i + 0.5) / 64) * 2 * Math.PI * turns));
    expect(crossings(wave(1))).toBe(2);
    const waves = [wave(5), wave(1), wave(3)];
    const table = Float32Array.from({ length: 64 * 3 }, (_, i) => waves[i % 3]![Math.floor(i / 3)]!);
    const sorted = finished(slowestFirst(table, 3));
    expect(sorted.order).toEqual([1, 2, 0]);
    expect(rowOf(sorted.values, 64, 0)).toEqual(wave(1));
    expect(rowOf(sorted.values, 64, 2)).toEqual(wave(5));
  });
});

describe('q·(k - mean k)', () => {
  it('is q·k less the same number for every key, so that softmax is the same', () => {
    const keys = Float32Array.of(1, 2, 3, 5, -4, 8);
    const q = [0.5, -2];
    const mean = meanRow(keys, 2, 3);
    expect(Array.from(mean)).toEqual([0, 5]);
    const plain = [0, 1, 2].map((key) => dot(q, rowOf(keys, 2, key)));
    const apart = [0, 1, 2].map((key) =>
      dot(
        q,
        rowOf(keys, 2, key).map((k, d) => k - mean[d]!),
      ),
    );
    for (const [key, product] of plain.entries()) expect(product - apart[key]!).toBeCloseTo(dot(q, mean), 10);
    expect(Math.max(...apart)).toBeGreaterThan(0);
    expect(sum(apart)).toBeCloseTo(0, 10);
  });
});

describe('fewest', () => {
  it.each([
    [[3, 0, 0, 0], 0.9, 1],
    [[1, -1, 1, -1], 0.5, 2],
    [[1, -1, 1, -1], 0.51, 3],
    [[0, 0], 0.9, 0],
    [[], 0.9, 0],
  ])('of %j hold %f: %i', (values, part, count) => expect(fewest(values, part)).toBe(count));
});
