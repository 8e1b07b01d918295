import { describe, expect, it } from 'vitest';
import {
  allowedProducts,
  allProducts,
  sinkShare,
  softmaxRow,
  valueTerms,
  valueWeighted,
  withoutKey,
} from '../../../web/src/stages/arithmetic/attention';
import { dot, products, rowOf, sum } from '../../../web/src/stages/arithmetic/dot';
import { rounding, values } from './numbers';

/** q·k of every pair, the definition. */
function naiveProducts(q: Float32Array, k: Float32Array, tokens: number, size: number): Float32Array {
  return Float32Array.from({ length: tokens * tokens }, (_, at) =>
    dot(rowOf(q, size, Math.floor(at / tokens)), rowOf(k, size, at % tokens)),
  );
}

describe.each([
  [1, 1],
  [3, 7],
  [7, 64],
  [12, 65],
])('with %i tokens and heads of %i', (tokens, size) => {
  const q = values(tokens * size, 1);
  const k = values(tokens * size, 2);
  const v = values(tokens * size, 3);
  const raw = naiveProducts(q, k, tokens, size);
  const pattern = new Float32Array(tokens * tokens);
  for (let query = 0; query < tokens; ++query) {
    const scores = Array.from({ length: tokens }, (_, key) =>
      key <= query ? raw[query * tokens + key]! / Math.sqrt(size) : -Infinity,
    );
    for (const term of softmaxRow(scores).terms) pattern[query * tokens + term.key] = term.share;
  }

  it('products of a pair add up to its score', () => {
    for (let query = 0; query < tokens; ++query) {
      for (let key = 0; key < tokens; ++key) {
        const terms = products(rowOf(q, size, query), rowOf(k, size, key));
        expect(Math.abs(sum(terms) - raw[query * tokens + key]!)).toBeLessThan(rounding * size);
      }
    }
  });

  it('products with the future are there too, also when they are added up in many turns', () => {
    const scores = raw.map((product, at) =>
      at % tokens <= Math.floor(at / tokens) ? product / Math.sqrt(size) : -Infinity,
    );
    for (const pause of [1, 2 * size, Infinity]) {
      const work = allProducts({ scores, q, k, tokens, size }, pause);
      let turns = 0;
      let step = work.next();
      for (; !step.done; step = work.next()) turns += 1;
      expect(turns).toBe(pause === 1 ? tokens - 1 : pause === Infinity ? 0 : turns);
      step.value.forEach((product, at) => expect(Math.abs(product - raw[at]!)).toBeLessThan(rounding * size));
    }
    expect(allowedProducts({ scores, size }).filter((product) => product === -Infinity)).toHaveLength(
      (tokens * (tokens - 1)) / 2,
    );
  });

  it('terms of the values add up to the weighted sum', () => {
    const query = tokens - 1;
    for (let dimension = 0; dimension < size; ++dimension) {
      let z = 0;
      for (let key = 0; key <= query; ++key) z += pattern[query * tokens + key]! * v[key * size + dimension]!;
      const terms = valueTerms(pattern, v, { tokens, size, query, dimension });
      expect(terms).toHaveLength(query + 1);
      expect(sum(terms)).toBeCloseTo(z, 10);
    }
  });

  it('rows stay shares of 1 when weighed by value or without the first token', () => {
    const weighed = valueWeighted(pattern, v, tokens, size);
    const rest = withoutKey(pattern, tokens, 0);
    for (let query = 0; query < tokens; ++query) {
      expect(sum(rowOf(weighed, tokens, query))).toBeCloseTo(1, 5);
      expect(sum(rowOf(rest, tokens, query))).toBeCloseTo(query === 0 ? 0 : 1, 5);
      expect(rest[query * tokens]).toBe(0);
      for (let key = query + 1; key < tokens; ++key) expect(weighed[query * tokens + key]).toBe(0);
    }
  });
});

describe('softmaxRow', () => {
  it('of equal scores is even, of masked ones nothing', () => {
    const row = softmaxRow([5, 5, -Infinity]);
    expect(row.terms.map((term) => term.share)).toEqual([0.5, 0.5]);
    expect(row.total).toBe(2);
    expect(row.shares).toBe(1);
  });
  it('does not overflow', () => {
    const row = softmaxRow([1000, 0]);
    expect(row.terms[0]!.share).toBe(1);
    expect(row.terms[1]!.share).toBe(0);
  });
  it('knows exp(1) by hand', () => {
    const row = softmaxRow([0, 1]);
    expect(row.terms[0]!.exponential).toBeCloseTo(1 / Math.E, 12);
    expect(row.terms[1]!.share).toBeCloseTo(Math.E / (1 + Math.E), 12);
  });
});

describe('value weighting', () => {
  it('takes a key with no value out', () => {
    const weighed = valueWeighted(Float32Array.of(1, 0, 0.9, 0.1), Float32Array.of(0, 0, 3, 4), 2, 2);
    expect(Array.from(weighed)).toEqual([0, 0, 0, 1]);
  });
});

describe('sinkShare', () => {
  it('is the mean of the first column below the first row', () =>
    expect(sinkShare(Float32Array.of(1, 0, 0, 0.5, 0.5, 0, 0.25, 0.5, 0.25), 3)).toBe(0.375));
});

describe('dot', () => {
  it('is taken over the shorter vector', () => expect(dot([1, 2], [3, 4, 5])).toBe(11));
});
