/** Cases in which every two values of any two factors meet, though not every three: far fewer than all combinations. */

/** Whether this run is one of `npm run test:long`, which goes through all combinations. */
export const long = Boolean(process.env['VITRINE_LONG']);

type Factors = Record<string, readonly unknown[]>;
type Case<F extends Factors> = { [K in keyof F]: F[K][number] };

/** All combinations, the last factor changing fastest. */
export function combinations<F extends Factors>(factors: F): Case<F>[] {
  return Object.entries(factors).reduce<Case<F>[]>(
    (cases, [name, values]) => cases.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{} as Case<F>],
  );
}

/** Every two settings that meet in a case, as text. */
function pairsOf<F extends Factors>(one: Case<F>, factors: F): string[] {
  const names = Object.keys(factors);
  const setting = (name: string) => `${name}=${factors[name]!.indexOf(one[name])}`;
  return names.flatMap((name, i) => names.slice(i + 1).map((other) => `${setting(name)} ${setting(other)}`));
}

/**
 * Takes, until every pair has been met, the combination with the most pairs that are new; of equals the one whose values
 * were taken least so far.
 */
export function pairwise<F extends Factors>(factors: F): Case<F>[] {
  const all = combinations(factors).map((one) => ({ one, pairs: pairsOf(one, factors) }));
  const left = new Set(all.flatMap(({ pairs }) => pairs));
  const taken: Case<F>[] = [];
  const timesTaken = (one: Case<F>) =>
    taken.reduce(
      (sum, other) => sum + Object.keys(factors).filter((name) => one[name] === other[name]).length,
      0,
    );
  while (left.size > 0) {
    const news = all.map(({ pairs }) => pairs.filter((pair) => left.has(pair)).length);
    const most = Math.max(...news);
    const equals = all.filter((_, index) => news[index] === most);
    const often = equals.map(({ one }) => timesTaken(one));
    const best = equals[often.indexOf(Math.min(...often))]!;
    taken.push(best.one);
    for (const pair of best.pairs) left.delete(pair);
  }
  return taken;
}
