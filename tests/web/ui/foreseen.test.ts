import { describe, expect, it } from 'vitest';
import { foreseen } from '../../../web/src/ui/foreseen';

const box = (value: string, selectionStart = value.length, selectionEnd = selectionStart) => ({
  ...{ value, selectionStart, selectionEnd },
});
const insert = (data: string | null, inputType = 'insertText') => ({ inputType, data });
const back = insert(null, 'deleteContentBackward');

describe('foreseen', () => {
  it('puts what is typed where the caret is, or in the place of what is selected', () => {
    expect(foreseen(box('the cat'), insert('s'))).toBe('the cats');
    expect(foreseen(box('the cat', 4), insert('s'))).toBe('the scat');
    expect(foreseen(box('the cat', 0, 3), insert('A'))).toBe('A cat');
    expect(foreseen(box('a'), insert(null, 'insertLineBreak'))).toBe('a\n');
  });

  it('takes back what is selected, or the letter before the caret', () => {
    expect(foreseen(box('cats'), back)).toBe('cat');
    expect(foreseen(box('the cat', 3, 7), back)).toBe('the');
  });

  it('says nothing of what it cannot be certain of', () => {
    expect(foreseen(box(''), back)).toBeNull();
    expect(foreseen(box('고양이'), back)).toBeNull();
    expect(foreseen(box('😀'), back)).toBeNull();
    expect(foreseen(box('a'), insert(null))).toBeNull();
    expect(foreseen(box('a'), insert('한', 'insertCompositionText'))).toBeNull();
    expect(foreseen(box('a'), insert('b', 'insertFromPaste'))).toBeNull();
    expect(foreseen(box('a b'), insert(null, 'deleteWordBackward'))).toBeNull();
  });
});
