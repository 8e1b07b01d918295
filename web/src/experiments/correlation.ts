/** Rank correlation of two lists (Spearman). Pure. */

/** Ranks from 1 up; what is equal gets the mean of its ranks. */
export function meanRanks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let begin = 0; begin < order.length;) {
    let end = begin + 1;
    while (end < order.length && order[end]!.value === order[begin]!.value) end += 1;
    for (let i = begin; i < end; i += 1) ranks[order[i]!.index] = (begin + 1 + end) / 2;
    begin = end;
  }
  return ranks;
}

/** Null where one of the lists has no two different values. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number | null {
  const [x, y] = [meanRanks(a), meanRanks(b)];
  const middle = (a.length + 1) / 2;
  let [both, left, right] = [0, 0, 0];
  x.forEach((rank, i) => {
    const [dx, dy] = [rank - middle, y[i]! - middle];
    both += dx * dy;
    left += dx * dx;
    right += dy * dy;
  });
  return left > 0 && right > 0 ? both / Math.sqrt(left * right) : null;
}
