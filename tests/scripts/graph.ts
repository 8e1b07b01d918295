/** Questions about who leans on whom, for graphs of files and of folders: from a name to the names that it uses. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The graph of `edges`, [user, used] each; what uses itself is left out. */
export function graphOf(edges: Iterable<readonly [string, string]>): Graph {
  const graph = new Map<string, Set<string>>();
  const at = (name: string) => graph.get(name) ?? graph.set(name, new Set()).get(name)!;
  for (const [user, used] of edges) {
    at(used);
    if (user !== used) at(user).add(used);
  }
  return graph;
}

/** The same graph with each name replaced by `place` of it, as a folder for its files. */
export const graphBetween = (graph: Graph, place: (name: string) => string): Graph =>
  graphOf(
    [...graph].flatMap(([user, all]) => [...all].map((used): [string, string] => [place(user), place(used)])),
  );

/** A way from a name back to itself, the first name twice; null when there is none. */
export function circle(graph: Graph): string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string[] | null => {
    if (done.has(name)) return null;
    const begin = path.indexOf(name);
    if (begin >= 0) return [...path.slice(begin), name];
    path.push(name);
    for (const used of graph.get(name) ?? []) {
      const found = visit(used);
      if (found) return found;
    }
    path.pop();
    done.add(name);
    return null;
  };
  for (const name of graph.keys()) {
    const found = visit(name);
    if (found) return found;
  }
  return null;
}

/** Pairs of names that use each other, `a <-> b`. */
export const bothWays = (graph: Graph): string[] =>
  [...graph].flatMap(([a, all]) =>
    [...all].filter((b) => a < b && graph.get(b)?.has(a)).map((b) => `${a} <-> ${b}`),
  );

/** The floors of a graph without a circle: one more than the most that lie below any name. */
export function floors(graph: Graph): number {
  const known = new Map<string, number>();
  const floor = (name: string): number => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const own = 1 + Math.max(0, ...[...(graph.get(name) ?? [])].map(floor));
    known.set(name, own);
    return own;
  };
  return Math.max(0, ...[...graph.keys()].map(floor));
}
