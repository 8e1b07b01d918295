import { describe, expect, it } from 'vitest';
import { commonest, headWorthLooking, type Piece } from '../../../web/src/layout/worth';

const word = (text: string): Piece => ({ id: 2 * commonest, text });
const common = (text: string): Piece => ({ id: commonest - 1, text });
const sentence = [word('He'), word(' lived'), common(' in'), word(' York'), word(' and'), word(' New')];

/** The pattern of one head: each query looks at itself alone, but for the rows that are given. */
function pattern(rows: Record<number, number[]>, count = 6): number[] {
  return Array.from({ length: count }, (_, query) => {
    const row = rows[query] ?? Array.from({ length: count }, (_, key) => Number(key === query));
    return [...row, ...Array.from({ length: count - row.length }, () => 0)];
  }).flat();
}
const layer = (...heads: number[][]) => Float32Array.from(heads.flat());
const whole = (heads: number, count = 6) => ({ heads, rows: count, keys: count });

describe('the head worth looking at', () => {
  it('gives most to a word that is not the query, the one before, the first or a common one', () => {
    const first = pattern({ 5: [0.9, 0, 0, 0, 0, 0.1] });
    const little = pattern({ 5: [0.2, 0.5, 0, 0.3, 0, 0] });
    const ordinary = pattern({ 5: [0, 0, 0.9, 0.1, 0, 0] });
    const before = pattern({ 5: [0, 0, 0, 0.2, 0.8, 0] });
    const far = pattern({ 5: [0.1, 0.1, 0.1, 0.625, 0, 0] });
    const found = headWorthLooking(
      [layer(first, little), layer(ordinary, far), layer(before, first)],
      whole(2),
      sentence,
    );
    expect(found).toEqual({ layer: 1, head: 1, key: 3, share: 0.625 });
  });

  it('is none whose queries all have the same favourite', () => {
    const column = Array.from({ length: 6 }, (_, query) => (query ? [0.25, 0.75] : [1]));
    const everyone = pattern(Object.fromEntries(column.map((row, query) => [query, query ? row : [0, 1]])));
    const some = pattern({ 5: [0, 0, 0, 0.5, 0.5, 0] });
    expect(headWorthLooking([layer(everyone, some)], whole(2), sentence)?.head).toBe(1);
    expect(headWorthLooking([layer(everyone)], whole(1), sentence)).toBeNull();
  });

  it('takes the last rows of a long text', () => {
    const rows = Float32Array.from([0, 0, 0, 0, 1, 0, 0, 0.25, 0, 0.75, 0, 0]);
    expect(headWorthLooking([rows], { heads: 1, rows: 2, keys: 6 }, sentence)).toEqual({
      ...{ layer: 0, head: 0, key: 3 },
      share: 0.75,
    });
  });

  it.each([
    ['a text of three tokens', sentence.slice(0, 3)],
    ['common words alone', sentence.map(() => common(' the'))],
    ['signs alone', sentence.map(() => word('!!'))],
    ['parts of characters', sentence.map(() => word('‹EC9D›'))],
  ])('is none for %s', (_, tokens) => {
    const count = tokens.length;
    const even = pattern({ [count - 1]: Array.from({ length: count }, () => 1 / count) }, count);
    expect(headWorthLooking([layer(even)], whole(1, count), tokens)).toBeNull();
  });
});
