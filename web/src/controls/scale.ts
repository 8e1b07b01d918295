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

/** The number in a field, held to its bounds; null for what is no number (yet). */
export function readNumber(text: string, low: number, high: number): number | null {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value)) return null;
  return Math.min(Math.max(value, low), high);
}
