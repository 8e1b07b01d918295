/** Where a token stands in a character whose bytes are spread over several tokens. */
export type Part = 'first' | 'inside' | 'last';

/** How many bytes follow the one that begins a character, in UTF-8. */
function following(byte: number): number {
  if (byte >= 0xf0) return 3;
  if (byte >= 0xe0) return 2;
  return byte >= 0xc0 ? 1 : 0;
}

/** For each token its place in such a character; undefined where characters begin and end with the token. */
export function partsOf(tokens: readonly { bytes: Uint8Array }[]): (Part | undefined)[] {
  let wanted = 0;
  return tokens.map(({ bytes }) => {
    const before = wanted > 0;
    for (const byte of bytes) wanted = wanted > 0 && (byte & 0xc0) === 0x80 ? wanted - 1 : following(byte);
    const after = wanted > 0;
    if (before) return after ? 'inside' : 'last';
    return after ? 'first' : undefined;
  });
}

/** Whether most letters of a text are of another script than English has. */
export function isForeign(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const latin = text.match(/\p{Script=Latin}/gu) ?? [];
  return letters.length > 1 && latin.length * 2 < letters.length;
}
