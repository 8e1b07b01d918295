// npm run check: formatting and types, without running a test.
import { say } from './log.mjs';
import { at, isMain, main, run } from './project.mjs';
import { ensurePackages } from './setup.mjs';
import { checkFormat } from './format.mjs';

const node = (script, ...args) => run(process.execPath, [at('node_modules', script), ...args]);

/** [name, check] rows; a check resolves to {code}. */
const TYPES = [
  [
    'types of the page',
    () => node('svelte-check/bin/svelte-check', '--tsconfig', at('web/tsconfig.json'), '--fail-on-warnings'),
  ],
  ['types of the tests', () => node('typescript/bin/tsc', '--project', at('tests/tsconfig.json'))],
];

async function runRows(rows) {
  const counts = { passed: 0, failed: 0 };
  for (const [name, check] of rows) {
    const { code } = await check();
    say(`check: ${name}: ${code === 0 ? 'good' : 'FAILED'}`);
    counts[code === 0 ? 'passed' : 'failed'] += 1;
  }
  return counts;
}

export const checkTypes = () => runRows(TYPES);

if (isMain(import.meta.url)) {
  await main(async () => {
    await ensurePackages();
    const { failed } = await runRows([['formatting', checkFormat], ...TYPES]);
    return failed > 0 ? 1 : 0;
  });
}
