/** Which keys belong together as one step of Undo: a pure rule over what each did to the text. */

/** A change of the text, by where it is and what it took and put there. */
export interface Edit {
  /** Milliseconds on any clock that goes on. */
  at: number;
  start: number;
  removed: number;
  inserted: string;
  /** What stands before it. */
  before: string;
  /** It began a step. */
  first?: boolean;
}

/** Pause after which the next word is a step of its own, ms; a word that is typed slowly stays whole. */
const pause = 1000;

export function editOf(from: string, to: string, at: number): Edit {
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
  let end = 0;
  while (
    end < from.length - start &&
    end < to.length - start &&
    from[from.length - 1 - end] === to[to.length - 1 - end]
  )
    end += 1;
  const inserted = to.slice(start, to.length - end);
  return { at, start, removed: from.length - end - start, inserted, before: from.slice(0, start) };
}

const takes = ({ inserted, removed }: Edit) => removed > 0 && inserted === '';
/** Pasted, or dropped there. */
const comes = ({ inserted, removed }: Edit) => inserted.length - removed > 1;

/**
 * Whether `edit` goes on with `last`: typed or taken away where that ended, and no new word after a pause.
 */
export function goesOn(last: Edit | null, edit: Edit): boolean {
  if (!last || takes(last) !== takes(edit) || comes(edit)) return false;
  const end = last.start + last.inserted.length;
  if (edit.start + edit.removed !== end && edit.start !== end) return false;
  if (edit.removed > 0 || edit.at - last.at <= pause) return true;
  // A space begins a word, or what follows one that did not begin a step itself.
  const spaced = /\s$/.test(edit.before);
  return spaced ? last.first === true : !/^\s/.test(edit.inserted);
}
