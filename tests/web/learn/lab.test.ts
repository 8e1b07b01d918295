import { describe, expect, it } from 'vitest';
import { placeOfIt } from '../../../web/src/learn/chapters/heads';
import { repeated } from '../../../web/src/learn/chapters/sampling';
import { rankCorrelation } from '../../../web/src/learn/chapters/why';
import { inTiles, linearShares, plainly } from '../../../web/src/learn/lab/attention';
import { evenly, means } from '../../../web/src/learn/lab/dropout';
import { dot, turned, wave } from '../../../web/src/learn/lab/positions';

describe('places', () => {
  it('waves: the dot product is the sum of the cosines of the distance, wherever they stand', () => {
    const size = 8;
    const expected = [0, 2, 4, 6].reduce((sum, i) => sum + Math.cos(7 / 10000 ** (i / size)), 0);
    for (const place of [0, 3, 500])
      expect(dot(wave(place, size), wave(place + 7, size))).toBeCloseTo(expected, 9);
  });

  it('turning keeps lengths, and scores where both turn alike', () => {
    const [q, k] = [
      [1, 2, -0.5, 3],
      [0.3, -1, 2, 0.7],
    ];
    expect(dot(turned(q!, 9), turned(q!, 9))).toBeCloseTo(dot(q!, q!), 9);
    expect(dot(turned(q!, 14), turned(k!, 12))).toBeCloseTo(dot(turned(q!, 4), turned(k!, 2)), 9);
    expect(dot(turned(q!, 0), turned(k!, 0))).toBeCloseTo(dot(q!, k!), 12);
    // By hand: one pair, a quarter turn.
    expect(Array.from(turned([1, 0], Math.PI / 2))[1]).toBeCloseTo(1, 12);
  });
});

describe('attention in other orders of work', () => {
  const [q, k, v] = [
    [1, -2],
    [0.5, 1, -1, 2, 3, 0, 0, -1, 2, 2],
    [1, 0, 0, 1, 2, 2, -1, 3, 0, 5],
  ];

  it.each([1, 2, 3, 5, 8])(
    'in tiles of %i gives the same sums, also of scores that e cannot hold',
    (tile) => {
      for (const scale of [1, 1000]) {
        const query = q!.map((value) => value * scale);
        const whole = plainly(query, k!, v!, 5);
        inTiles(query, k!, v!, 5, tile).forEach((value, i) => expect(value).toBeCloseTo(whole[i]!, 12));
        expect(whole.every(Number.isFinite)).toBe(true);
      }
    },
  );

  it('linear shares are those of phi by hand, and add up to 1', () => {
    const phi = (value: number) => (value > 0 ? value + 1 : Math.exp(value));
    const products = [0, 1, 2, 3, 4].map((j) => phi(1) * phi(k![2 * j]!) + phi(-2) * phi(k![2 * j + 1]!));
    const all = products.reduce((sum, product) => sum + product, 0);
    const shares = linearShares(q!, k!, 5);
    shares.forEach((share, j) => expect(share).toBeCloseTo(products[j]! / all, 12));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe('dropout', () => {
  it('draws the same numbers from the same seed, evenly', () => {
    const [a, b] = [evenly(7), evenly(7)];
    const drawn = Array.from({ length: 1000 }, () => a());
    expect(drawn).toEqual(Array.from({ length: 1000 }, () => b()));
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(drawn.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(0.5, 1);
  });

  it('leaves the mean where it was', () => {
    const found = means(new Float32Array(256).fill(1), 0.1, 100, 42);
    expect(found).toHaveLength(100);
    expect(found.at(-1)).toBeCloseTo(1, 2);
    expect(means([0, 0], 0.1, 3, 1)).toEqual([0, 0, 0]);
  });
});

it('four tokens that stood there before', () => {
  expect(repeated([1, 2, 3, 4, 5, 1, 2, 3, 4])).toBe(5);
  expect(repeated([1, 1, 1, 1, 1])).toBe(1);
  expect(repeated([1, 2, 3, 4, 5])).toBeNull();
});

it('Spearman: ranks alone count', () => {
  expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 4000])).toBeCloseTo(1, 12);
  expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
  expect(rankCorrelation([5], [5])).toBe(0);
});

it('the place of "it"', () => {
  expect(placeOfIt(['The', 'cat', 'saw', 'it', 'and', 'left'])).toBe(3);
  expect(placeOfIt(['A', 'dog', 'ran', 'off'])).toBe(2);
});
