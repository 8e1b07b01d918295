/** What changed and by how much, in one sentence. Pure. */
import { percent, visible } from '../format/format';
import type { ChangedState } from '../state/experiment.svelte';
import type { Catalogue } from './texts';
import { bitsOf, shortNumber } from './written';

const wordOf = (text: string) => text.trim() || visible(text);

/** A word of both lists, as the table of next tokens has it. */
function shares(changed: ChangedState, id: number): { word: string; before: string; after: string } | null {
  const found = changed.words.find(({ before }) => before.id === id);
  if (!found) return null;
  const { before, after } = found;
  return { word: wordOf(before.text), before: percent(before.scaled), after: percent(after.scaled) };
}

/** The place where a tensor's numbers broke. */
function brokenAt(name: string | null, text: Catalogue['said']): string {
  const block = /^blocks\.(\d+)\./.exec(name ?? '');
  return block ? text.inBlock(Number(block[1])) : text.atEnd;
}

/** '' while there is nothing to say. */
export function sentenceOf(changed: ChangedState, text: Catalogue['said']): string {
  const { comparison, status } = changed;
  if (status === 'overflow') return text.overflow(brokenAt(changed.broken, text));
  if (status !== 'ready' || !comparison) return '';
  const { before, after, klNats, deltaLogit, target } = comparison;
  const now = shares(changed, after.first);
  const was = shares(changed, before.first);
  if (!now || !was) return '';
  if (klNats === 0 && deltaLogit === 0 && now.word === was.word && now.before === now.after)
    return text.equal;
  const first =
    before.first === after.first
      ? text.same(now.word, now.before, now.after)
      : text.other(now.word, now.before, now.after, was.word, was.before, was.after);
  const asked = target !== before.first && target !== after.first ? shares(changed, target) : null;
  return [
    first,
    ...(asked ? [text.asked(asked.word, asked.before, asked.after)] : []),
    text.apart(shortNumber(bitsOf(klNats))),
  ].join('; ');
}
