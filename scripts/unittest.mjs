// Runs Python's unittest and reads what it prints.
import { run } from './project.mjs';
import { python } from './toolchain.mjs';

/** {passed, failed} of a run's output; undefined when it did not come to its summary. Skipped tests count as neither. */
export function unittestCounts(output) {
  const total = /^Ran (\d+) tests? in/m.exec(output);
  const verdict = /^(OK|FAILED)(?: \((.*)\))?\s*$/m.exec(output);
  if (!total || !verdict) return undefined;
  const count = (name) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(verdict[2] ?? '')?.[1] ?? 0);
  const failed = count('failures') + count('errors') + count('unexpected successes');
  return { passed: Number(total[1]) - failed - count('skipped') - count('expected failures'), failed };
}

export async function runUnittest(folder) {
  const args = ['-B', '-m', 'unittest', 'discover', '-s', folder];
  const { output } = await run(python(), args);
  return unittestCounts(output);
}
