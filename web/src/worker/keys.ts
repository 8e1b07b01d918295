/**
 * Which key is likely to be typed next, by what the model holds for likely: the words it expected where the one that is being
 * typed began, as far as they go with what is there, and what it expects to follow. In English text the key that comes is
 * mostly among the first three, and nearly always among those that are told.
 */

/** A token that may come, and how likely it is. */
export interface Expected {
  text: string;
  probability: number;
}

/** What English writes often, the most often first: what is left where the model has no idea. */
const often = ' etaoinsrhldcumfpgwybvk,.xjqz';
/** The other characters of a keyboard, of which hardly any is ever likely. */
const rare = '\n\'"-?!():;0123456789TAISHWCBMPFDRELNGOUVYJKQXZ/&%#$*+=@_[]<>{}|\\^~`';
/** What it counts for, as Zipf would have it, beside what the model says: of a word that it had no idea of, and otherwise. */
const share = { strange: 1, expected: 0.1 };
const prior = new Map(
  Array.from(often + rare, (character, rank) => [character, rank < often.length ? 1 / (rank + 2) : 0]),
);
const priors = [...prior.values()].reduce((sum, weight) => sum + weight, 0);

/** Keys are told until it is this likely that the one that comes is among them. */
const enough = 0.95;
/** At least so many. */
const fewest = 6;
/** Less than this of the words goes with what is there: it is none of those that were expected. */
const strange = 1e-4;

/** Scripts from here on are composed of several keys. */
const composed = 0x600;
const direct = (character: string) =>
  character === '\n' || (character >= ' ' && character.charCodeAt(0) < composed);

/** Longer than any word: what begins farther back is none that was expected. */
const longest = 100;

/** The word at the end of a text, with the space before it, as tokens have it; empty where none is being typed. */
export function unfinished(text: string): string {
  return / ?[\p{L}\p{M}\p{N}'’]*$/u.exec(text.slice(-longest))?.[0] ?? '';
}

/** Whether a key at the end of a text is likely to write something by itself. */
export function typedDirectly(text: string): boolean {
  return text.length > 1 && direct(text.charAt(text.length - 1));
}

/**
 * Single characters, the likeliest first, and then, if `every` is wanted, all others. `words` are the tokens expected where
 * `part`, the text's unfinished word, began; `following` those expected after the whole text.
 */
export function likelyKeys(
  part: string,
  words: readonly Expected[],
  following: readonly Expected[],
  every = false,
): string[] {
  const weights = new Map<string, number>();
  const add = (character: string, weight: number) => {
    if (direct(character)) weights.set(character, (weights.get(character) ?? 0) + weight);
  };
  let longer = 0;
  let whole = 0;
  for (const { text, probability } of words) {
    if (text === part) whole += probability;
    else if (text.startsWith(part)) longer += probability;
  }
  const fitting = longer + whole;
  const known = part !== '' && fitting > strange;
  if (known) {
    for (const { text, probability } of words) {
      if (text.length > part.length && text.startsWith(part))
        add(text.charAt(part.length), probability / fitting);
    }
  }
  // What follows the text does so if the word ends here.
  const ended = known ? whole / fitting : 1;
  for (const { text, probability } of following) if (text) add(text.charAt(0), ended * probability);
  const counts = known || !part.trim() ? share.expected : share.strange;
  for (const [character, weight] of prior) add(character, (counts * weight) / priors);

  const ranked = [...weights].sort(([, a], [, b]) => b - a);
  if (every) return ranked.map(([character]) => character);
  const sum = ranked.reduce((total, [, weight]) => total + weight, 0);
  let told = 0;
  let count = 0;
  while (count < ranked.length && (count < fewest || told < enough * sum)) told += ranked[count++]![1];
  return ranked.slice(0, count).map(([character]) => character);
}
