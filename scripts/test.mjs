// npm test: installs what is missing, runs every suite, and ends with one line, `N passed, N failed`.
//
//   npm test -- [--only SUITE[,SUITE...]] [--long]
//
// --long adds what is long by nature; npm run test:long is the same. Suites and builds run two at a time.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runGraph } from './graph.mjs';
import { OrderedLog, say } from './log.mjs';
import { isMain, main, Problem } from './project.mjs';
import { checkNode, ensurePackages, ensureTools } from './setup.mjs';
import { BUILDS, SUITES } from './suites.mjs';
import { NEEDS } from './toolchain.mjs';

const SLOTS = 2;

/** The suites that `only` names, comma-separated; when it is undefined all of them, the long ones if `long`. */
export function chosen(suites, only, long = false) {
  if (only === undefined) return suites.filter((suite) => long || !suite.long);
  const names = only.split(',');
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined)
    throw new Problem(`${unknown} is no suite: ${suites.map(({ name }) => name).join(', ')}`);
  return suites.filter(({ name }) => names.includes(name));
}

/** {passed, failed} of a suite. One that crashes or runs no case at all has failed once. */
export async function runSuite(suite, options = {}) {
  try {
    const counts = await suite.run(options);
    if (!counts) throw new Problem('ended without a count of its tests');
    if (counts.passed + counts.failed === 0) throw new Problem('ran no test');
    return counts;
  } catch (error) {
    say(error instanceof Problem ? `${suite.name}: ${error.message}` : error.stack);
    return { passed: 0, failed: 1 };
  }
}

/** `names` of builds and all that these need. */
function buildsFor(builds, names) {
  const wanted = new Set();
  const want = (name) => {
    const build = builds.find((one) => one.name === name);
    if (!build || wanted.has(build)) return;
    wanted.add(build);
    build.needs.forEach(want);
  };
  names.forEach(want);
  return builds.filter((build) => wanted.has(build));
}

const buildTask = (name) => `the build of ${name}`;

/** A suite that failed is a task that failed: what needs it does not run. */
class SuiteFailed extends Error {}

/**
 * Runs `suites` and the builds they need. A suite whose build or suite failed has failed once. `progress` is told a line
 * when a build or suite begins and when it has ended. Resolves to {suites: rows of {name, passed, failed, seconds},
 * builds: rows of {name, seconds}}, in the lists' order.
 */
export async function runSuites(
  suites,
  builds,
  {
    long = false,
    log = new OrderedLog(suites.map(({ name }) => name)),
    slots = SLOTS,
    progress = /** @type {(line: string) => void} */ (() => {}),
  } = {},
) {
  const rows = new Map();
  const problems = new Map();
  const needsOf = ({ needs }) =>
    needs.flatMap((need) => {
      if (builds.some(({ name }) => name === need)) return [buildTask(need)];
      return suites.some(({ name }) => name === need) ? [need] : [];
    });
  const needed = buildsFor(
    builds,
    suites.flatMap(({ needs }) => needs),
  );
  const buildTasks = needed.map((build) => ({
    name: buildTask(build.name),
    needs: needsOf(build),
    slots: 1,
    cost: build.cost,
    run: build.run,
  }));
  const suiteTasks = suites.map((suite) => ({
    name: suite.name,
    needs: needsOf(suite),
    slots: suite.slots ?? 1,
    cost: suite.cost,
    run: () =>
      log.write(suite.name, async () => {
        say(`\n=== ${suite.name}: ${suite.about}`);
        const counts = await runSuite(suite, { long });
        rows.set(suite.name, counts);
        if (counts.failed > 0) throw new SuiteFailed();
      }),
  }));

  /** Why a task did not run; the output of a build that failed is told once. */
  const reason = (task) => {
    const problem = problems.get(task);
    problems.delete(task);
    return problem ? `${task} failed\n${problem}` : `${task} failed, see there`;
  };
  const ended = ({ name }, result, seconds) => {
    if ('error' in result && !(result.error instanceof SuiteFailed)) {
      const { error } = result;
      problems.set(name, error instanceof Problem ? error.message : error.stack);
    }
    const isSuite = suites.some((suite) => suite.name === name);
    if ('lacks' in result && isSuite) {
      rows.set(name, { passed: 0, failed: 1 });
      void log.write(name, async () => say(`\n=== ${name}: not run: ${reason(result.lacks)}`));
    }
    if (!isSuite && 'lacks' in result) problems.set(name, reason(result.lacks));
    rows.set(name, { ...rows.get(name), seconds });
    if (!('lacks' in result))
      progress(`${name} ${'error' in result ? 'failed' : 'ended'} after ${seconds.toFixed(1)} s`);
  };
  await runGraph([...buildTasks, ...suiteTasks], slots, ended, ({ name }) => progress(`${name} begins`));
  const told = ({ name }) => ({ name, ...rows.get(name) });
  return { suites: suites.map(told), builds: buildTasks.map(told) };
}

function readOptions() {
  try {
    const options = { only: { type: 'string' }, long: { type: 'boolean', default: false } };
    return parseArgs({ options }).values;
  } catch (error) {
    throw new Problem(`${error.message}\nusage: npm test -- [--only SUITE[,SUITE...]] [--long]`);
  }
}

const secondsOf = ({ seconds }) => `${seconds.toFixed(1).padStart(6)} s`;

async function runAll() {
  const { only, long } = readOptions();
  const asked = chosen(SUITES, only, long);
  checkNode();
  await ensureTools(...Object.keys(NEEDS));
  await ensurePackages();
  const present = asked.filter((suite) => suite.present());
  // Builds share the cores as suites do; what the tests themselves run longer for, they read here.
  if (present.length > 1)
    process.env.CMAKE_BUILD_PARALLEL_LEVEL ??= String(Math.ceil(availableParallelism() / SLOTS));
  if (long) process.env.VITRINE_LONG = '1';
  const begin = performance.now();
  // A cold run compiles for minutes before its first suite has anything to say.
  const progress = (line) =>
    process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
  const { suites, builds } = await runSuites(present, BUILDS, { long, progress });
  const lines = asked.map(({ name }) => {
    const row = suites.find((one) => one.name === name);
    return row
      ? `${name.padEnd(10)} ${row.passed} passed, ${row.failed} failed ${secondsOf(row)}`
      : `${name.padEnd(10)} absent`;
  });
  const sum = (key) => suites.reduce((total, row) => total + row[key], 0);
  const all = { seconds: (performance.now() - begin) / 1000 };
  console.log(`\n${builds.map((row) => `${row.name.padEnd(26)} ${secondsOf(row)}`).join('\n')}`);
  console.log(`\n${lines.join('\n')}\n${'all'.padEnd(10)} ${secondsOf(all)}`);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    try {
      return await runAll();
    } catch (error) {
      // The closing line is owed whatever happens.
      console.error(error instanceof Problem ? `vitrine: ${error.message}` : error);
      console.log('0 passed, 1 failed');
      return 1;
    }
  });
}
