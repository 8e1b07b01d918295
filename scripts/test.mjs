// npm test: installs what is missing, runs every suite, and ends with one line, `N passed, N failed`.
//
//   npm test -- [--only SUITE[,SUITE...]]
import { parseArgs } from 'node:util';
import { isMain, main, Problem } from './project.mjs';
import { checkNode, ensurePackages, ensureTools } from './setup.mjs';
import { SUITES } from './suites.mjs';
import { NEEDS } from './toolchain.mjs';

/** The suites that `only` names, comma-separated; all of them when it is undefined. */
export function chosen(suites, only) {
  if (only === undefined) return suites;
  const names = only.split(',');
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined)
    throw new Problem(`${unknown} is no suite: ${suites.map(({ name }) => name).join(', ')}`);
  return suites.filter(({ name }) => names.includes(name));
}

/** {passed, failed} of a suite. One that cannot be built, crashes or runs no case at all has failed once. */
export async function runSuite(suite) {
  try {
    for (const make of suite.needs) await make();
    const counts = await suite.run();
    if (!counts) throw new Problem('ended without a count of its tests');
    if (counts.passed + counts.failed === 0) throw new Problem('ran no test');
    return counts;
  } catch (error) {
    console.error(error instanceof Problem ? `${suite.name}: ${error.message}` : error);
    return { passed: 0, failed: 1 };
  }
}

function readOnly() {
  try {
    return parseArgs({ options: { only: { type: 'string' } } }).values.only;
  } catch (error) {
    throw new Problem(`${error.message}\nusage: npm test -- [--only SUITE[,SUITE...]]`);
  }
}

async function runAll() {
  const suites = chosen(SUITES, readOnly());
  checkNode();
  await ensureTools(...Object.keys(NEEDS));
  await ensurePackages();
  const rows = [];
  for (const suite of suites) {
    if (!suite.present()) {
      rows.push(`${suite.name.padEnd(10)} absent`);
      continue;
    }
    console.log(`\n=== ${suite.name}: ${suite.about}`);
    const begin = performance.now();
    const counts = await runSuite(suite);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(6);
    rows.push({
      ...counts,
      text: `${suite.name.padEnd(10)} ${counts.passed} passed, ${counts.failed} failed ${seconds} s`,
    });
  }
  const sum = (key) => rows.reduce((total, row) => total + (row[key] ?? 0), 0);
  console.log(
    `\n${rows.map((row) => row.text ?? row).join('\n')}\n\n${sum('passed')} passed, ${sum('failed')} failed`,
  );
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
