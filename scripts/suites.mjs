// The test suites: what each needs built, whether it has any tests, and how it is run and counted.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildNative, buildPage, buildSanitized, buildWasm, buildWasmTests, prepareModel } from './build.mjs';
import { checkTypes } from './check.mjs';
import { doctestCounts } from './doctest.mjs';
import { fuzz, fuzzTargets } from './fuzz.mjs';
import { at, mustRun, PLACES, program, run, SUITE_SECONDS, which, WINDOWS } from './project.mjs';
import { markedBlocks, runReadme } from './readme.mjs';
import { find } from './toolchain.mjs';
import { runUnittest } from './unittest.mjs';
import { runVitest } from './vitest.mjs';

const FUZZ_SECONDS = 60;

/** Whether any file below `folder` has a name that matches. */
function has(folder, pattern) {
  if (!existsSync(at(folder))) return false;
  return readdirSync(at(folder), { recursive: true }).some((name) => pattern.test(name));
}
const hasVitest = (folder) => () => has(folder, /\.test\.ts$/);
const hasEngine = () => has('tests/engine', /_test\.cpp$/);

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

const native = [prepareVocabularies, buildNative];
const page = [buildWasm, buildPage];

/**
 * Rows of {name, about, present, needs, run}. `run` resolves to {passed, failed}, or undefined when it ended without
 * a count. Builds in `needs` that an earlier suite made are up to date and cost next to nothing.
 */
export const SUITES = [
  { name: 'types', about: 'types of page and tests', present: () => true, needs: [], run: checkTypes },
  {
    name: 'scripts',
    about: 'the scripts',
    present: hasVitest('tests/scripts'),
    needs: [...native, ...page],
    run: () => runVitest('scripts'),
  },
  {
    name: 'engine',
    about: 'the engine',
    present: hasEngine,
    needs: native,
    run: () => runDoctest(PLACES.native),
  },
  {
    name: 'sanitized',
    about: 'the engine with sanitizers',
    // Visual Studio has no undefined-behaviour sanitizer.
    present: () => hasEngine() && !WINDOWS,
    needs: [prepareVocabularies, buildSanitized],
    run: () => runDoctest(PLACES.sanitized),
  },
  {
    name: 'portable',
    about: "the engine's tests as WebAssembly",
    present: hasEngine,
    needs: [prepareVocabularies, buildWasmTests],
    run: runWasmDoctest,
  },
  {
    name: 'tokenizer',
    about: "token ids against tiktoken's",
    present: () => existsSync(at('tests/tokenizer/compare.mjs')),
    needs: native,
    run: async () => {
      const { output } = await run(process.execPath, [
        at('tests/tokenizer/compare.mjs'),
        program(PLACES.native, 'vitrine_tests'),
      ]);
      return doctestCounts(output);
    },
  },
  {
    name: 'fuzz',
    about: 'a minute of fuzzing',
    present: () => fuzzTargets().length > 0 && Boolean(find('clang')),
    needs: [],
    run: () => fuzz(FUZZ_SECONDS),
  },
  {
    name: 'wasm',
    about: 'the engine as WebAssembly',
    present: hasVitest('tests/wasm'),
    needs: [...native, buildWasm],
    run: () => runVitest('wasm'),
  },
  {
    name: 'web',
    about: "the page's modules",
    present: hasVitest('tests/web'),
    needs: [],
    run: () => runVitest('web'),
  },
  {
    name: 'e2e',
    about: 'the page in a browser',
    present: hasVitest('tests/e2e'),
    needs: [...native, ...page],
    run: () => runVitest('e2e'),
  },
  {
    name: 'training',
    about: 'the training of the bundled model',
    present: () => has('tests/training', /^test_.*\.py$/) && Boolean(which('python3', 'python')),
    needs: [],
    run: () => runUnittest(at('tests/training')),
  },
  {
    name: 'readme',
    about: "the README's commands",
    present: () =>
      existsSync(at('README.md')) && markedBlocks(readFileSync(at('README.md'), 'utf8')).length > 0,
    needs: [...native, ...page],
    run: runReadme,
  },
];
