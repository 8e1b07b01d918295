import { describe, expect, it } from 'vitest';
import { leastSpan, rateOf } from '../../../web/src/state/rate';

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
