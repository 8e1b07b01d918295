/** Scripts that are written from right to left, by their blocks. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
/** Unicode's FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE. They show nothing. */
const [begin, end] = ['\u2068', '\u2069'];

/**
 * A token, or a text of the reader's, as it stands inside a sentence of the page: one that is written from right to left
 * does not turn what stands about it. Any other is itself.
 */
export function isolated(text: string): string {
  return rightToLeft.test(text) ? `${begin}${text}${end}` : text;
}

/** What `isolated` was given. */
export function bare(text: string): string {
  return text.startsWith(begin) && text.endsWith(end) ? text.slice(1, -1) : text;
}
