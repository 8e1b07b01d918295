import type { Depth } from '../state/depth';

/**
 * Whether the switches of how a prompt is read stand beside it: in Full always, in Simple where one is on or the prompt
 * holds what looks like a special token. Else they are in the menu.
 */
export function readingBesidePrompt(
  depth: Depth,
  reading: { special?: boolean; mark?: boolean },
  text: string,
): boolean {
  return depth === 'full' || Boolean(reading.special || reading.mark) || /<[|/]?\w+[|]?>/.test(text);
}
