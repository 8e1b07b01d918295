/** Token bytes joined, so that characters split over tokens come out whole. */
export function decode(parts: Uint8Array[]): string {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new TextDecoder().decode(joined);
}
