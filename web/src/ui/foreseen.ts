/** What is in a text box: its text and what is selected of it, [start, end) in UTF-16 units. */
export interface Box {
  value: string;
  selectionStart: number;
  selectionEnd: number;
}

/**
 * The text that an edit is about to make, by what `beforeinput` tells of it; null where that is not told for certain,
 * as of words being composed, of drops, or of deleted characters of more than one unit.
 */
export function foreseen(
  { value, selectionStart, selectionEnd }: Box,
  { inputType, data }: { inputType: string; data: string | null },
): string | null {
  const typed = inputType === 'insertLineBreak' ? '\n' : inputType === 'insertText' ? data : null;
  if (typed !== null) return value.slice(0, selectionStart) + typed + value.slice(selectionEnd);
  if (inputType !== 'deleteContentBackward' || selectionEnd === 0) return null;
  const from = selectionStart < selectionEnd ? selectionStart : selectionStart - 1;
  return value.charCodeAt(from) < 0x80 ? value.slice(0, from) + value.slice(selectionEnd) : null;
}
