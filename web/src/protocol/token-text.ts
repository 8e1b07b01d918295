/** How a token's bytes are told as text, wherever they are told. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes as text where they are UTF-8 on their own; else, of a token that is a part of a character, ASCII as it reads
 * and the others as hexadecimal pairs: " ‹F09F›". The replacement mark that decoders write stood for all of them alike.
 */
export function tokenText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `‹${hex(byte)}›`))
      .join('')
      .replaceAll('›‹', '');
  }
}

/** A byte as it is looked up: two hexadecimal digits. */
export function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
