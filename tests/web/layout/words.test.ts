import { describe, expect, it } from 'vitest';
import { fitting, leading, lineWidth } from '../../../web/src/layout/words';

describe('lineWidth', () => {
  it('is no less than what browsers measured in Inter at 11.5 px', () => {
    // [text, px], measured in Chromium.
    const measured: [string, number][] = [
      ['token + position', 87.2],
      ['joined by W_O', 77.7],
      ['residual after each of 24', 132.8],
      ['L3H4: where each token looks', 165.3],
      ['of head 4', 52.2],
      ['softmax over 50,257', 111.3],
      ['768 → 3072 → 768', 104.7],
      ['byte pairs, ids', 76.3],
      ['one of 24, all built alike', 125.1],
      ['토큰 + 위치', 56.4],
      ['24개 층을 하나씩 지난 잔차', 133],
      ['똑같이 생긴 블록 24개 중 하나', 146.8],
      ['Embedding', 61.4],
      ['Q · K · V', 44],
    ];
    for (const [text, width] of measured) {
      expect(lineWidth(text), text).toBeGreaterThanOrEqual(width);
      expect(lineWidth(text), text).toBeLessThanOrEqual(width * 1.2);
    }
  });

  it('grows with the size of the letters', () => {
    expect(lineWidth('abc', 23)).toBeCloseTo(2 * lineWidth('abc', 11.5));
  });
});

describe('fitting', () => {
  it('says as much as fits, and rather nothing than half', () => {
    const texts = ['residual after each of 24', 'after each'];
    expect(fitting(texts, 200)).toBe(texts[0]);
    expect(fitting(texts, 80)).toBe(texts[1]);
    expect(fitting(texts, 20)).toBe('');
  });
});

describe('leading', () => {
  it.each([
    [0, ''],
    [2, ''],
    [3, 'a'],
    [7, 'a'],
    [8, 'ab'],
    [100, 'abc'],
  ])('takes from the front what fits into %i px whole', (room, taken) => {
    const widths: Record<string, number> = { a: 3, b: 5, c: 4 };
    expect(leading(['a', 'b', 'c'], (item) => widths[item]!, room).join('')).toBe(taken);
  });
});
