/**
 * Of what answers bring, that which belongs to the picture on screen: a newer answer's comes with its picture. So the
 * table of next tokens is all that is painted at first, and on screen the sooner. `picture` tells the run on screen;
 * what is returned keeps its last value, for a $derived of its own.
 */
export function withPicture<T extends { run: number }>(
  picture: () => number,
  newest: () => T | null,
): () => T | null {
  let held: T | null = null;
  return () => {
    const value = newest();
    if (!value || !held || value.run <= picture()) held = value;
    return held;
  };
}
