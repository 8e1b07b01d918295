import { expect, it } from 'vitest';
import { combinations, pairwise } from '../e2e/pairwise';

const factors = {
  size: [1, 2, 3, 4, 5, 6],
  lang: ['en', 'ko'],
  view: [...'abcdefghijklm'],
  length: [1, 6, 40, 200],
};

it('combinations are all there are, each once', () => {
  const all = combinations(factors);
  expect(all).toHaveLength(6 * 2 * 13 * 4);
  expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length);
});

it('pairwise has every two values of any two factors, in few cases', () => {
  const cases = pairwise(factors);
  const names = Object.keys(factors) as (keyof typeof factors)[];
  for (const a of names)
    for (const b of names.filter((name) => name !== a))
      for (const x of factors[a])
        for (const y of factors[b])
          expect(
            cases.some((one) => one[a] === x && one[b] === y),
            `${a} ${x} with ${b} ${y}`,
          ).toBe(true);
  // No fewer than the two longest factors have pairs, and little more.
  expect(cases.length).toBeGreaterThanOrEqual(6 * 13);
  expect(cases.length).toBeLessThan(1.3 * 6 * 13);
});
