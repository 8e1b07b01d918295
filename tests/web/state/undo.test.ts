import { describe, expect, it } from 'vitest';
import { UndoStack } from '../../../web/src/state/undo.svelte';

describe('UndoStack', () => {
  it('gives back what was put there last, and says how much there is', () => {
    const undo = new UndoStack<string>();
    expect([undo.count, undo.pop('zero'), undo.count]).toEqual([0, undefined, 0]);
    undo.push('one');
    undo.push('two');
    expect(undo.count).toBe(2);
    expect([undo.pop('three'), undo.pop('two'), undo.pop('one')]).toEqual(['two', 'one', undefined]);
    expect(undo.count).toBe(0);
  });

  it('goes forth again to where it was, until something new comes', () => {
    const undo = new UndoStack<string>();
    undo.push('one');
    undo.push('two');
    expect([undo.pop('three'), undo.pop('two'), undo.count]).toEqual(['two', 'one', 0]);
    expect([undo.redo('one'), undo.count]).toEqual(['two', 1]);
    expect([undo.redo('two'), undo.redo('three'), undo.count]).toEqual(['three', undefined, 2]);
    expect(undo.pop('three')).toBe('two');
    undo.push('other');
    expect(undo.redo('more')).toBeUndefined();
  });

  it('forgets the oldest beyond a hundred', () => {
    const undo = new UndoStack<number>();
    for (let i = 0; i < 130; i += 1) undo.push(i);
    expect(undo.count).toBe(100);
    const all = Array.from({ length: 100 }, () => undo.pop(0));
    expect([all[0], all[99], undo.pop(0)]).toEqual([129, 30, undefined]);
  });
});
