import { describe, expect, it } from 'vitest';
import { cellSaid } from '../../../web/src/picture/wording';

describe('cellSaid', () => {
  /** Rows 2 and 3 of a text of four tokens. */
  const values = Float32Array.of(0.1, 0.2, 0.7, -Infinity, 0.25, 0, 0.5, 0.25);
  const pattern = { values, keys: 4, first: 2, kind: 'pattern' as const };

  it.each([
    [2, 0, '10.0 %'],
    [2, 2, '70.0 %'],
    [2, 3, 'masked'],
    [3, 1, '0 %'],
    [3, 3, '25.0 %'],
    [1, 0, 'masked'],
    [4, 0, 'masked'],
    [3, 4, 'masked'],
  ])('says a share of row %i, key %i as %s', (query, key, said) =>
    expect(cellSaid({ query, key }, pattern, 'masked')).toBe(said),
  );

  it('says scores with their sign, the future’s too where nothing is masked', () => {
    const scores = {
      ...pattern,
      values: Float32Array.of(1.5, -2, 0.25, 3),
      first: 0,
      kind: 'scores' as const,
    };
    expect(cellSaid({ query: 0, key: 1 }, scores, 'masked')).toBe('-2.000');
    expect(cellSaid({ query: 0, key: 3 }, scores, 'masked')).toBe('+3.000');
    expect(cellSaid({ query: 0, key: 3 }, { ...scores, kind: 'masked' }, 'masked')).toBe('masked');
  });

  it('says nothing of what has not come yet', () =>
    expect(cellSaid({ query: 2, key: 0 }, { ...pattern, values: undefined }, 'masked')).toBe('masked'));
});
