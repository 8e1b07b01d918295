import { describe, expect, it } from 'vitest';
import { UndoStack } from '../../../web/src/state/undo.svelte';

describe('UndoStack', () => {
  it('gives back what was put there last, and says how much there is', () => {
    const undo = new UndoStack<string>();
    expect([undo.count, undo.pop(), undo.count]).toEqual([0, undefined, 0]);
    undo.push('one');
    undo.push('two');
    expect(undo.count).toBe(2);
    expect([undo.pop(), undo.pop(), undo.pop()]).toEqual(['two', 'one', undefined]);
    expect(undo.count).toBe(0);
  });

  it('forgets the oldest beyond a hundred', () => {
    const undo = new UndoStack<number>();
    for (let i = 0; i < 130; i += 1) undo.push(i);
    expect(undo.count).toBe(100);
    const all = Array.from({ length: 100 }, () => undo.pop());
    expect([all[0], all[99], undo.pop()]).toEqual([129, 30, undefined]);
  });
});
