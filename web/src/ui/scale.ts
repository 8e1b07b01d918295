/** Where a slider's knob stands for a value, and back. */

/** Steps of the top-k slider; the last one is "off". */
export const kSteps = 240;

/** Knob position 0..kSteps of a top-k over `vocabulary` tokens, by its logarithm; 0 (keep all) stands at the end. */
export function kPosition(k: number, vocabulary: number): number {
  if (k <= 0 || k >= vocabulary) return kSteps;
  return Math.round(((kSteps - 1) * Math.log(Math.max(1, k))) / Math.log(Math.max(2, vocabulary)));
}

/** Top-k at a knob position; 0 means all. */
export function kAt(position: number, vocabulary: number): number {
  if (position >= kSteps) return 0;
  const k = Math.round(Math.exp((position / (kSteps - 1)) * Math.log(Math.max(2, vocabulary))));
  return Math.min(Math.max(1, k), vocabulary);
}

/** A share that is set: two decimals, so that the digits stand still while it is dragged, and more only where it has more. */
export function fraction(value: number): string {
  const short = value.toFixed(2);
  return Number(value.toFixed(4)) === Number(short) ? short : String(Number(value.toFixed(4)));
}

/** Both ends of what a draw fell into, in as few decimals from three as tell them apart. */
export function ends(begin: number, end: number): [string, string] {
  let digits = 3;
  while (digits < 7 && begin.toFixed(digits) === end.toFixed(digits)) digits += 1;
  return [begin.toFixed(digits), end.toFixed(digits)];
}

/** The number in a field, held to its bounds; null for what is no number (yet). */
export function readNumber(text: string, low: number, high: number): number | null {
  // Full-width digits and stops, as Korean and Japanese keyboards write them, and the minus of typesetters.
  const plain = text.normalize('NFKC').trim().replace('−', '-').replace(',', '.');
  const value = Number(plain);
  if (plain === '' || !Number.isFinite(value)) return null;
  return Math.min(Math.max(value, low), high);
}
