// Runs a project of vitest.config.ts and reads its report.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at, PLACES, run, SUITE_SECONDS } from './project.mjs';

/** {passed, failed} of a JSON report. A file that could not even be loaded has no cases, and counts as one failed. */
export function vitestCounts(report) {
  const unloaded = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length };
}

/**
 * Runs `project`, or of it only `files`, or all `without` some; the report is named after `name`. Undefined when it ended
 * without a report.
 */
export async function runVitest(project, { name = project, files = [], without = [] } = {}) {
  mkdirSync(PLACES.reports, { recursive: true });
  const file = join(PLACES.reports, `${name}.json`);
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const which = [...files, ...without.flatMap((path) => ['--exclude', path])];
  const args = [at('node_modules/vitest/vitest.mjs'), 'run', '--project', project, ...which, ...reporters];
  const { code } = await run(process.execPath, args, { env: { NO_COLOR: '1' }, seconds: SUITE_SECONDS });
  if (!existsSync(file)) return undefined;
  const { passed, failed } = vitestCounts(JSON.parse(readFileSync(file, 'utf8')));
  // An error outside of any test ends vitest with 1 although each case passed.
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}
