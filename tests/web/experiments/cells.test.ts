/** Cells of a sweep, the changes they stand for, and what they say together. */
import { describe, expect, test } from 'vitest';
import { badgeOf } from '../../../web/src/experiments/badges';
import {
  byPlace,
  changeOf,
  codesOf,
  extentOf,
  leadsFromDepth,
  overs,
  placed,
  strongestCell,
  toggled,
} from '../../../web/src/experiments/cells';
import { meanRanks, rankCorrelation } from '../../../web/src/experiments/correlation';
import type { SweepCell } from '../../../web/src/protocol/experiments';
import { parseChanges } from '../../../web/src/state/changes';
import { sweepPlan } from '../../../web/src/worker/sweeps';

const size = { layers: 3, heads: 2, tokens: 4 };
const cell = (layer: number, index: number, delta: number, first = 7): SweepCell => ({
  layer,
  index,
  effect: { deltaLogit: delta, deltaDifference: 2 * delta, p: 0.5, klNats: 0.1, first },
});

describe('cells', () => {
  test.each(overs)('%s: the map has a place for each cell of the plan', (over) => {
    const { rows, columns } = extentOf(over, size);
    const plan = sweepPlan({ over, at: 'all' }, size, size.tokens);
    expect(plan).toHaveLength(rows * columns);
    for (const { layer, index } of plan) {
      expect(layer).toBeLessThan(rows);
      expect(index).toBeLessThan(columns);
    }
  });

  test.each(['heads', 'blocks', 'looks', 'depth'] as const)(
    '%s: a click on a cell makes the change that was measured',
    (over) => {
      for (const at of ['last', 'all'] as const) {
        // A look is cut at the last word, whatever is chosen for the others.
        const scope = over === 'looks' ? 'all' : at;
        for (const { layer, index, interventions } of sweepPlan({ over, at }, size, size.tokens)) {
          const codes = toggled([], codesOf(over, { layer, index }, size), scope, size.tokens);
          const from = (off: number | { layer: number; from?: number }) =>
            typeof off === 'number' ? { layer: off, from: 0 } : { from: 0, ...off };
          const plain = (changes: typeof interventions) => ({
            heads: changes.heads?.map((head) => ({ from: 0, ...head })),
            cutEdges: changes.cutEdges,
            ...Object.fromEntries(
              (['skipAttention', 'skipMlp', 'skipLayer'] as const).map((kind) => [
                kind,
                changes[kind]?.map(from),
              ]),
            ),
          });
          expect(plain(parseChanges(codes.join(',')).interventions)).toEqual(plain(interventions));
        }
      }
    },
  );

  test('a second click takes it back, and other changes stay', () => {
    const once = toggled(['w6'], ['h1.0*0'], 'last', 4);
    expect(once).toEqual(['w6', 'h1.0*0', 'at=3']);
    expect(toggled(once, ['h1.0*0'], 'last', 4)).toEqual(['w6']);
    expect(toggled(once, ['m2'], 'all', 4)).toEqual(['w6', 'h1.0*0', 'm2']);
  });

  test('what changes most, in size, by the lead or by the logit', () => {
    const cells = [cell(0, 0, 0.2), cell(0, 1, -0.4), { layer: 1, index: 0, effect: null }];
    expect(strongestCell(cells, false)).toBe(cells[1]);
    expect(changeOf(cells[1], true)).toBe(-0.8);
    expect(changeOf(cells[2], true)).toBeNull();
    expect(changeOf(placed(byPlace(cells), 2, 0), true)).toBeNull();
    expect(strongestCell([], false)).toBeNull();
  });

  test('the depth from which the word stays in front', () => {
    expect(leadsFromDepth([cell(0, 0, 0, 7), cell(1, 0, 0, 5), cell(2, 0, 0, 7)], 7, 3)).toBe(2);
    expect(leadsFromDepth([cell(2, 0, 0, 5)], 7, 3)).toBeNull();
  });
});

describe('rank correlation', () => {
  test('of ranks, with ties at their mean', () => {
    expect(meanRanks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]);
    expect(rankCorrelation([1, 2, 3, 4], [10, 20, 30, 1000])).toBe(1);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBe(-1);
    // 1 - 6 * (0 + 1 + 1) / (3 * 8)
    expect(rankCorrelation([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
  });
  test('there is none where nothing differs', () => {
    expect(rankCorrelation([], [])).toBeNull();
    expect(rankCorrelation([1, 1], [1, 2])).toBeNull();
  });
});

describe('badges', () => {
  const none = { previous: 0.1, first: 0.2, self: 0.1, broad: 0.5, repeats: 0 };
  test('the largest score that is large enough, or mixed', () => {
    expect(badgeOf(none)).toBe('mixed');
    expect(badgeOf(none, 0.15)).toBe('first');
    expect(badgeOf({ ...none, previous: 0.6, induction: 0.7, repeats: 3 })).toBe('induction');
    expect(badgeOf({ ...none, broad: 0.95 })).toBe('broad');
    expect(badgeOf({ ...none, broad: 0.95, self: 0.4 })).toBe('self');
  });
});
