// Reads what doctest prints.

const SUMMARY = /^\[doctest\] test cases:\s+(\d+)\s+\|\s+(\d+) passed\s+\|\s+(\d+) failed/m;

/** {passed, failed} of a run's output; undefined when it did not come to its summary. */
export function doctestCounts(output) {
  const match = SUMMARY.exec(output);
  return match ? { passed: Number(match[2]), failed: Number(match[3]) } : undefined;
}
