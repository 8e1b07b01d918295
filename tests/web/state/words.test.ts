import { describe, expect, it } from 'vitest';
import { readOverlong } from '../../../web/src/state/overlong';
import { leastSpan, rateOf } from '../../../web/src/state/rate';

describe('readOverlong', () => {
  it('finds the numbers in what the engine says', () => {
    const said =
      "the prompt has 701 tokens, 189 more than this model's context of 512; shorten it by 189 tokens";
    expect(readOverlong(said)).toEqual({ tokens: 701, excess: 189, context: 512 });
    expect(readOverlong('token id 60000 is out of range')).toBeNull();
  });
});

describe('rateOf', () => {
  const first = { at: 1000, received: 100 };

  it('says nothing before there is something to say', () => {
    expect(rateOf(first, { at: 1000 + leastSpan - 1, received: 900 }, 1000)).toBeNull();
    expect(rateOf(first, { at: 9000, received: 100 }, 1000)).toBeNull();
  });

  it('counts from the first bytes on', () => {
    expect(rateOf(first, { at: 3000, received: 500 }, 1100)).toEqual({ perSecond: 200, left: 3 });
    expect(rateOf(first, { at: 3000, received: 500 }, null)).toEqual({ perSecond: 200, left: null });
  });
});
