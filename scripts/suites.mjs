// The test suites and the builds they need: what each costs, whether it has any tests, how it is run and counted.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  buildCommandLine,
  buildInstrumented,
  buildNative,
  buildPage,
  buildWasm,
  buildWasmTests,
  prepareModel,
} from './build.mjs';
import { checkTypes } from './check.mjs';
import { doctestCounts } from './doctest.mjs';
import { fuzz, fuzzTargets } from './fuzz.mjs';
import { at, mustRun, PLACES, program, run, SUITE_SECONDS, WINDOWS } from './project.mjs';
import { markedBlocks, runReadme } from './readme.mjs';
import { find, python } from './toolchain.mjs';
import { runUnittest } from './unittest.mjs';
import { runVitest } from './vitest.mjs';

/** Of all fuzz targets together, with and without --long. */
const FUZZ_SECONDS = { short: 20, long: 600 };

/** Whether any file below `folder` has a name that matches. */
function has(folder, pattern) {
  if (!existsSync(at(folder))) return false;
  return readdirSync(at(folder), { recursive: true }).some((name) => pattern.test(name));
}
const hasVitest = (folder) => () => has(folder, /\.test\.ts$/);
const hasEngine = () => has('tests/engine', /_test\.cpp$/);
const hasPage = () => existsSync(at(SMOKE));

/** One opening of the page, one key, one stage. */
const SMOKE = 'tests/e2e/smoke.test.ts';

async function runDoctest(folder) {
  const { output } = await run(program(folder, 'vitrine_tests'), ['--no-colors'], { seconds: SUITE_SECONDS });
  return doctestCounts(output);
}

async function runWasmDoctest() {
  const args = [join(PLACES.wasm, 'vitrine_wasm_tests.cjs'), '--no-colors'];
  const { output } = await run(process.execPath, args, { seconds: SUITE_SECONDS });
  return doctestCounts(output);
}

async function prepareVocabularies() {
  const folder = at('build/models/gpt2-tokenizer');
  mkdirSync(folder, { recursive: true });
  await mustRun('writing the vocabulary', process.execPath, [at('scripts/vocabulary.mjs'), folder]);
  await prepareModel();
}

/**
 * Rows of {name, needs, cost, run}: `needs` are other builds, `cost` the seconds it takes one core from nothing. What is
 * up to date costs next to nothing. A folder is built into by one build at a time: `wasm tests` needs `vitrine.wasm` for
 * that, and `vitrine_tests` needs `vitrine`.
 */
export const BUILDS = [
  { name: 'vocabularies', needs: [], cost: 5, run: prepareVocabularies },
  { name: 'vitrine', needs: ['vocabularies'], cost: 90, run: buildCommandLine },
  { name: 'vitrine_tests', needs: ['vitrine'], cost: 110, run: buildNative },
  { name: 'instrumented', needs: ['vocabularies'], cost: 330, run: buildInstrumented },
  { name: 'vitrine.wasm', needs: [], cost: 200, run: buildWasm },
  { name: 'wasm tests', needs: ['vitrine.wasm'], cost: 60, run: buildWasmTests },
  { name: 'page', needs: ['vocabularies', 'vitrine.wasm'], cost: 20, run: buildPage },
];

/** Visual Studio has no undefined-behaviour sanitizer; there the plain build is what is tested. */
const checked = WINDOWS
  ? { build: 'vitrine_tests', folder: PLACES.native }
  : { build: 'instrumented', folder: PLACES.instrumented };

/**
 * Rows of {name, about, present, needs, cost, run}, in the order in which they are told. `needs` are builds and suites;
 * `cost` is in seconds of one core. `run` is told whether the run is a long one and resolves to {passed, failed}, or to
 * undefined when it ended without a count. `slots`: how many cores it keeps busy, one when not told. `long`: only `npm run test:long` and --only run it.
 */
export const SUITES = [
  {
    name: 'types',
    about: 'types of page and tests',
    present: () => true,
    needs: [],
    cost: 35,
    run: checkTypes,
  },
  {
    name: 'smoke',
    about: 'the page opens, takes a key and shows a stage',
    present: hasPage,
    needs: ['vitrine', 'page'],
    cost: 8,
    run: () => runVitest('e2e', { name: 'smoke', files: [SMOKE] }),
  },
  {
    name: 'scripts',
    about: 'the scripts',
    present: hasVitest('tests/scripts'),
    needs: ['vitrine', 'page', 'wasm tests'],
    cost: 40,
    run: () => runVitest('scripts'),
  },
  {
    name: 'engine',
    about: 'the engine, optimised',
    present: hasEngine,
    needs: ['vitrine_tests'],
    cost: 10,
    long: !WINDOWS,
    run: () => runDoctest(PLACES.native),
  },
  {
    name: 'sanitized',
    about: 'the engine with sanitizers',
    present: () => hasEngine() && !WINDOWS,
    needs: ['instrumented'],
    cost: 60,
    run: () => runDoctest(PLACES.instrumented),
  },
  {
    name: 'portable',
    about: "the engine's tests as WebAssembly",
    present: hasEngine,
    needs: ['vocabularies', 'wasm tests'],
    cost: 20,
    run: runWasmDoctest,
  },
  {
    name: 'tokenizer',
    about: "token ids against tiktoken's",
    present: () => existsSync(at('tests/tokenizer/compare.mjs')),
    needs: [checked.build],
    cost: 15,
    run: async () => {
      const tests = program(checked.folder, 'vitrine_tests');
      const { output } = await run(process.execPath, [at('tests/tokenizer/compare.mjs'), tests]);
      return doctestCounts(output);
    },
  },
  {
    name: 'fuzz',
    about: 'fuzzing of what reads files and text',
    present: () => fuzzTargets().length > 0 && Boolean(find('clang')),
    needs: ['instrumented'],
    cost: 25,
    run: ({ long }) =>
      long
        ? fuzz(FUZZ_SECONDS.long, { workers: availableParallelism() })
        : fuzz(FUZZ_SECONDS.short, { workers: 1 }),
  },
  {
    name: 'wasm',
    about: 'the engine as WebAssembly',
    present: hasVitest('tests/wasm'),
    needs: ['vitrine', 'vitrine.wasm'],
    cost: 35,
    run: () => runVitest('wasm'),
  },
  {
    name: 'web',
    about: "the page's modules",
    present: hasVitest('tests/web'),
    needs: [],
    cost: 30,
    run: () => runVitest('web'),
  },
  {
    name: 'training',
    about: 'the training of the bundled model',
    present: () => has('tests/training', /^test_.*\.py$/) && Boolean(python()),
    // The command line reads what a small run exports.
    needs: ['vitrine'],
    cost: 40,
    run: () => runUnittest(at('tests/training')),
  },
  {
    name: 'readme',
    about: "the README's commands",
    present: () =>
      existsSync(at('README.md')) && markedBlocks(readFileSync(at('README.md'), 'utf8')).length > 0,
    needs: ['vitrine', 'page'],
    cost: 15,
    run: runReadme,
  },
  {
    name: 'e2e',
    about: 'the page in a browser',
    present: hasVitest('tests/e2e'),
    // A page that does not even open fails every test, each after a long wait.
    needs: ['vitrine', 'page', 'smoke'],
    cost: 700,
    slots: 2,
    run: () => runVitest('e2e', { without: [SMOKE] }),
  },
];
