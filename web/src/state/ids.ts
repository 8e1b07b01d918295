/**
 * Token ids typed as text, for models without a tokenizer: numbers parted by spaces or commas. Returns what could not
 * be read when something is not a number.
 */
export function parseIds(text: string): number[] | string {
  const ids: number[] = [];
  for (const word of text.split(/[\s,]+/)) {
    if (word === '') continue;
    if (!/^\d{1,9}$/.test(word)) return word;
    ids.push(Number(word));
  }
  return ids;
}
