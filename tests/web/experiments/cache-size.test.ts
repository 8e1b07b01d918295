/** Sizes of kept keys and values, and the work of a token. */
import { describe, expect, test } from 'vitest';
import {
  bytesPerToken,
  cacheBytes,
  kvHeadsOf,
  lengthsUpTo,
  pageFloats,
  products,
  published,
  times,
  totalsOf,
} from '../../../web/src/experiments/cache-size';
import { work } from '../../../web/src/protocol/work';

const small = { layers: 12, heads: 12, headSize: 64, kvHeads: 12, bytes: 4, window: 0, queries: false };

describe('keys and values', () => {
  test('take 2 L H_kv D b bytes a token, and a window keeps no more than it sees', () => {
    expect(bytesPerToken(small)).toBe(2 * 12 * 12 * 64 * 4);
    expect(bytesPerToken({ ...small, kvHeads: 1, bytes: 1 })).toBe(2 * 12 * 64);
    expect(bytesPerToken({ ...small, queries: true })).toBe(3 * 12 * 12 * 64 * 4);
    expect(cacheBytes(small, 1024)).toBe(1024 * bytesPerToken(small));
    expect(cacheBytes({ ...small, window: 128 }, 1024)).toBe(128 * bytesPerToken(small));
    expect(cacheBytes({ ...small, window: 128 }, 100)).toBe(100 * bytesPerToken(small));
  });

  test('published sizes: Llama 3 8B keeps 128 kB a token in 16 bits', () => {
    const llama = published.find(({ name }) => name === 'Llama 3 8B')!;
    expect(bytesPerToken({ ...llama, bytes: 2, window: 0, queries: false })).toBe(131_072);
    for (const { heads, kvHeads } of published) expect(heads % kvHeads).toBe(0);
  });

  test('groups divide the heads', () => {
    expect(kvHeadsOf('mha', 12, 3)).toBe(12);
    expect(kvHeadsOf('mqa', 12, 3)).toBe(1);
    expect([1, 3, 5, 7, 99].map((groups) => kvHeadsOf('gqa', 12, groups))).toEqual([1, 3, 6, 12, 12]);
  });

  test('the page keeps streams and queries too: 150 kB a token at 124M', () => {
    expect(4 * pageFloats(12, 768)).toBe(4 * (13 * 768 + 36 * 768));
  });
});

describe('work', () => {
  const gpt2 = { layers: 12, width: 768, inner: 3072, vocabulary: 50257 };
  const formula = (t: number) => 12 * (12 * 768 ** 2 + 2 * 768 * t) + 50257 * 768;
  test('of one token at length t, and of all of them', () => {
    expect(work(gpt2, 511, 1)).toBe(formula(512));
    expect(work(gpt2, 0, 512)).toBe(12 * (12 * 768 ** 2 * 512 + 768 * 512 * 513) + 50257 * 768);
    // 133 M against 45.9 G, as published beside the specification's measurement.
    expect([products(work(gpt2, 511, 1)), products(work(gpt2, 0, 512))]).toEqual(['133 M', '45.9 G']);
  });
  test('is written with three digits', () => {
    expect([999, 1500, 12_345_678, 2.5e12].map(products)).toEqual(['999', '1.5 k', '12.3 M', '2.5 T']);
    expect([1.234, 12.34, Infinity].map(times)).toEqual(['1.2', '12', '-']);
  });
});

test('lengths double up to the context', () => {
  expect(lengthsUpTo(100)).toEqual([8, 16, 32, 64, 100]);
  expect(lengthsUpTo(64)).toEqual([8, 16, 32, 64]);
  expect(lengthsUpTo(4)).toEqual([4]);
});

test('totals leave out what was not run', () => {
  const side = { products: 2, milliseconds: 3 };
  expect(totalsOf([side, null, side])).toEqual({ products: 4, milliseconds: 6 });
});
