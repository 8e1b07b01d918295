/** What top-k and top-p take away, both of the whole: the engine tells the second of what the first left. */
export interface Cuts {
  byK: number;
  byP: number;
  both: number;
  /** What stays; never quite 0, since the likeliest token always does. */
  left: number;
}

export function cutsOf({ massCutByK, massCutByP }: { massCutByK: number; massCutByP: number }): Cuts {
  const byP = massCutByP * (1 - massCutByK);
  const both = massCutByK + byP;
  return { byK: massCutByK, byP, both, left: Math.max(1e-12, 1 - both) };
}
