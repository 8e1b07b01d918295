import { describe, expect, it } from 'vitest';
import { carriedOver } from '../../../web/src/worker/screen';

describe('carriedOver', () => {
  const rows = (part: [number, number] | undefined, before: number, now: number) =>
    carriedOver({ name: 'logits', rows: part }, before, now)?.rows ?? null;

  it.each([
    { what: 'all stays all', part: [0, 6], before: 6, now: 9, wanted: [0, 9] },
    { what: 'all stays all of fewer', part: [0, 6], before: 6, now: 2, wanted: [0, 2] },
    {
      what: 'a window at the end stays as long and at the end',
      part: [4, 6],
      before: 6,
      now: 9,
      wanted: [7, 9],
    },
    { what: 'the last row stays the last', part: [5, 6], before: 6, now: 5, wanted: [4, 5] },
    { what: 'a window longer than the text begins with it', part: [2, 6], before: 6, now: 3, wanted: [0, 3] },
    { what: 'what is before the end stays', part: [1, 3], before: 6, now: 9, wanted: [1, 3] },
    { what: 'what is gone is not asked for', part: [3, 5], before: 6, now: 4, wanted: null },
    { what: 'nothing changes at the same length', part: [1, 6], before: 6, now: 6, wanted: [1, 6] },
  ] as const)('$what', ({ part, before, now, wanted }) => {
    expect(rows([...part], before, now)).toEqual(wanted);
  });

  it('lets thumbnails show as many tokens as there are, where they showed each', () => {
    const sized = (size: number, now: number) => carriedOver({ name: 'thumbnails', size }, 6, now)?.size;
    expect([sized(6, 7), sized(6, 5), sized(4, 7), sized(4, 6)]).toEqual([7, 5, 4, 4]);
    expect(carriedOver({ name: 'thumbnails', size: 6 }, 6, 200)).toBeNull();
    expect(carriedOver({ name: 'thumbnails', size: 48 }, 200, 200)).toBeNull();
  });

  it('leaves a whole tensor and its head as they are', () => {
    const whole = { name: 'blocks.0.attn.hook_q', head: 3 };
    expect(carriedOver(whole, 4, 7)).toEqual(whole);
  });
});
