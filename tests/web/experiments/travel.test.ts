/** Two prompts side by side, and where the news travels. */
import { expect, test } from 'vitest';
import { aligned, readyPairs, travelOf } from '../../../web/src/experiments/travel';
import { coarseFirst, firstDifference } from '../../../web/src/worker/patching';

const pieces = (...ids: number[]) => ids.map((id) => ({ id, text: ` ${id}` }));

test('pieces stand beside each other; what is missing differs', () => {
  expect(aligned(pieces(1, 2, 3), pieces(1, 5)).map(({ a, b, differs }) => [a, b, differs])).toEqual([
    [' 1', ' 1', false],
    [' 2', ' 5', true],
    [' 3', '', true],
  ]);
  expect(firstDifference([1, 2, 3], [1, 2, 3])).toBeNull();
  expect(firstDifference([1, 2, 3], [1, 2])).toBe(2);
  expect(firstDifference([1, 2, 3], [1, 9, 3])).toBe(1);
});

test('the news sits at the piece that differs, then at the last', () => {
  const cells = [
    { layer: 0, column: 1, restored: 1 },
    { layer: 1, column: 1, restored: 0.6 },
    { layer: 2, column: 1, restored: 0.2 },
    { layer: 0, column: 3, restored: 0.1 },
    { layer: 1, column: 3, restored: 0.7 },
    { layer: 2, column: 3, restored: 1.1 },
  ];
  expect(travelOf(cells, 3, 1, 3)).toEqual({ sits: 1, arrives: 1 });
  expect(travelOf([], 3, 1, 3)).toEqual({ sits: null, arrives: null });
});

test('coarse first: three bands, then every layer, each once', () => {
  expect(coarseFirst(12).slice(0, 3)).toEqual([2, 6, 10]);
  for (const layers of [1, 2, 3, 8, 12, 24])
    expect([...coarseFirst(layers)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: layers }, (_, l) => l),
    );
});

test('ready-made pairs differ in one word', () => {
  for (const { a, b } of readyPairs) {
    const [one, other] = [a.split(' '), b.split(' ')];
    expect(one).toHaveLength(other.length);
    expect(one.filter((word, i) => word !== other[i])).toHaveLength(1);
  }
});
