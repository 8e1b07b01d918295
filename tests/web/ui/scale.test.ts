import { describe, expect, it } from 'vitest';
import { ends, fraction, kAt, kPosition, kSteps, readNumber } from '../../../web/src/ui/scale';

describe('the top-k slider', () => {
  it('goes from 1 to the vocabulary by its logarithm, and then off', () => {
    expect(kAt(0, 50257)).toBe(1);
    expect(kAt(kSteps - 1, 50257)).toBe(50257);
    expect(kAt(kSteps, 50257)).toBe(0);
    expect(kAt((kSteps - 1) / 2, 50257)).toBe(Math.round(Math.sqrt(50257)));
  });
  it('comes back to where it was put', () => {
    for (let position = 0; position <= kSteps; position += 1) {
      const k = kAt(position, 50257);
      expect(kAt(kPosition(k, 50257), 50257)).toBe(k === 50257 ? 0 : k);
    }
  });
  it('stands at the end for everything and beyond', () => {
    expect(kPosition(0, 100)).toBe(kSteps);
    expect(kPosition(100, 100)).toBe(kSteps);
    expect(kPosition(1, 100)).toBe(0);
  });
});

describe('fraction', () => {
  it.each([
    [0, '0.00'],
    [0.9, '0.90'],
    [0.91, '0.91'],
    [0.925, '0.925'],
    [0.1 + 0.2, '0.30'],
    [1, '1.00'],
    [5, '5.00'],
  ])('%f -> %s', (value, text) => expect(fraction(value)).toBe(text));
});

describe('ends', () => {
  it.each([
    [0.287, 0.544, '0.287', '0.544'],
    [0, 1, '0.000', '1.000'],
    [0.46901, 0.46903, '0.46901', '0.46903'],
    [0.5, 0.5, '0.5000000', '0.5000000'],
  ])('tells %f from %f', (begin, end, first, last) => expect(ends(begin, end)).toEqual([first, last]));
});

describe('readNumber', () => {
  it.each([
    ['0.7', 0.7],
    ['0,7', 0.7],
    ['０．７', 0.7],
    ['１，５', 1.5],
    ['−1', 0],
    ['　３ ', 3],
    [' 9 ', 5],
    ['-1', 0],
    ['', null],
    ['abc', null],
    ['Infinity', null],
    ['1e-2', 0.01],
  ])('reads %j within 0..5 as %j', (text, value) => {
    expect(readNumber(text, 0, 5)).toBe(value);
  });
});
