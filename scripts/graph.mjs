// Runs tasks that need one another: as many at a time as there are slots, the longest way to the end first.

/** @typedef {{name: string, needs: string[], slots: number, cost: number, run: () => Promise<unknown>}} Task */
/** @typedef {{value: unknown} | {error: unknown} | {lacks: string}} Result  what a task came to, or which need failed */

/** Throws when a need is no task, or when tasks need each other in a circle. */
function checkNeeds(byName) {
  const settled = new Set();
  const visit = (name, path) => {
    if (settled.has(name)) return;
    if (path.includes(name)) throw new Error(`tasks need each other: ${[...path, name].join(' > ')}`);
    const task = byName.get(name);
    if (!task) throw new Error(`${path.at(-1)} needs ${name}, which is no task`);
    for (const need of task.needs) visit(need, [...path, name]);
    settled.add(name);
  };
  for (const name of byName.keys()) visit(name, []);
}

/** By name: the cost of a task and of the most expensive chain of tasks that wait for it. */
export function costsToEnd(tasks) {
  const costs = new Map();
  const costOf = (task) => {
    if (!costs.has(task.name)) {
      const waiting = tasks.filter(({ needs }) => needs.includes(task.name)).map(costOf);
      costs.set(task.name, task.cost + Math.max(0, ...waiting));
    }
    return costs.get(task.name);
  };
  for (const task of tasks) costOf(task);
  return costs;
}

/**
 * Runs each of `tasks` once what it needs has come to a value, never more than `slots` slots' worth at a time; of those
 * that can begin, the one with the most expensive way to the end begins first. A task whose need failed does not run.
 * `ended(task, result, seconds)` hears of each, and `began(task)` of each that runs. Resolves to the results by name, as a Map.
 *
 * @param {Task[]} tasks
 */
export async function runGraph(tasks, slots, ended = () => {}, began = () => {}) {
  checkNeeds(new Map(tasks.map((task) => [task.name, task])));
  const costs = costsToEnd(tasks);
  const waiting = [...tasks].sort((a, b) => costs.get(b.name) - costs.get(a.name));
  const results = new Map();
  const running = new Set();
  let free = slots;

  const settle = (task, result, seconds) => {
    results.set(task.name, result);
    ended(task, result, seconds);
  };
  const begin = (task) => {
    const width = Math.min(task.slots, slots);
    const from = performance.now();
    free -= width;
    began(task);
    const work = Promise.resolve()
      .then(() => task.run())
      .then(
        (value) => ({ value }),
        (error) => ({ error }),
      )
      .then((result) => {
        free += width;
        running.delete(work);
        settle(task, result, (performance.now() - from) / 1000);
      });
    running.add(work);
  };
  const take = (index) => waiting.splice(index, 1)[0];
  const failed = (need) => results.has(need) && !('value' in results.get(need));

  while (waiting.length > 0 || running.size > 0) {
    const lost = waiting.findIndex(({ needs }) => needs.some(failed));
    if (lost >= 0) {
      const task = take(lost);
      settle(task, { lacks: task.needs.find(failed) }, 0);
      continue;
    }
    const next = waiting.findIndex(
      (task) => Math.min(task.slots, slots) <= free && task.needs.every((need) => results.has(need)),
    );
    if (next >= 0) begin(take(next));
    else await Promise.race(running);
  }
  return results;
}
