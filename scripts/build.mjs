// Builds the native command line, the WebAssembly engine and the page; what is up to date is skipped.
//
//   node scripts/build.mjs [native] [wasm] [page]      all of them when none is named; page includes wasm
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { at, isMain, main, mustRun, PLACES, Problem } from './project.mjs';
import { writeIndex } from './site-models.mjs';
import { checkNode, ensurePackages, ensureTools } from './setup.mjs';
import { unlessFresh } from './stamp.mjs';
import { compilerOnPath, emscriptenEnvironment, find } from './toolchain.mjs';

/** Ninja, but for a Visual Studio outside of the PATH: only its own generator finds that. */
const generator = (crossCompiling) => (crossCompiling || compilerOnPath() ? ['-G', 'Ninja'] : []);

/** Configures `folder` once (the build itself notices when CMakeLists.txt changes) and builds `targets`, or all. */
async function cmakeBuild(folder, { options = [], targets = [], configureWith = [], env = {} } = {}) {
  mkdirSync(folder, { recursive: true });
  const cmake = find('cmake');
  const configured = ['build.ninja', 'ALL_BUILD.vcxproj'].some((name) => existsSync(join(folder, name)));
  if (!configured) {
    const [command, ...before] = [...configureWith, cmake];
    const how = [...generator(configureWith.length > 0), ...options];
    await mustRun('configuring', command, [...before, '-S', at('.'), '-B', folder, ...how], { env });
  }
  const jobs = process.env.CMAKE_BUILD_PARALLEL_LEVEL ?? String(availableParallelism());
  const only = targets.length > 0 ? ['--target', ...targets] : [];
  const how = ['--config', 'Release', '--parallel', jobs, ...only];
  await mustRun('compiling', cmake, ['--build', folder, ...how], { env });
}

/** build/vitrine and build/vitrine_tests. */
export const buildNative = () => cmakeBuild(PLACES.native);

/** build/vitrine alone. */
export const buildCommandLine = () => cmakeBuild(PLACES.native, { targets: ['vitrine'] });

/**
 * The engine's tests with sanitizers and, where there is a clang, the fuzz targets, in build/instrumented: one compilation
 * serves both. What sanitizers find does not depend on the optimiser, and with them -O2 takes twice as long to compile
 * as -O1. Without NDEBUG, so that Eigen checks its shapes and indices. In batches: 184 seconds of one core, 269
 * file by file.
 */
export function buildInstrumented() {
  const clang = find('clang');
  return cmakeBuild(PLACES.instrumented, {
    options: [
      '-DVITRINE_SANITIZE=ON',
      '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
      '-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -g1',
      '-DVITRINE_BATCH=24',
      ...(clang ? [`-DCMAKE_CXX_COMPILER=${clang}`, '-DVITRINE_FUZZ=ON'] : []),
    ],
  });
}

const wasmBuild = (...targets) =>
  cmakeBuild(PLACES.wasm, { targets, configureWith: [find('emscripten')], env: emscriptenEnvironment() });

/** build/wasm/vitrine.wasm and its threaded twin. */
export const buildWasm = () => wasmBuild();

/** The engine with what tells where its time goes, in build/wasm/bench. */
export const buildWasmBench = () => wasmBuild('vitrine_wasm_bench', 'vitrine_wasm_threads_bench');

/** The engine's tests as WebAssembly, build/wasm/vitrine_wasm_tests.cjs, and the engine for the bench. */
export const buildWasmTests = () => wasmBuild('vitrine_wasm_tests', 'vitrine_wasm_bench');

/** vocab.json and merges.txt beside the bundled model, and the list of the models the site serves. */
export async function prepareModel() {
  if (!existsSync(join(PLACES.bundledModel, 'model.safetensors'))) {
    throw new Problem(
      `${PLACES.bundledModel} has no model.safetensors: it is part of the repository; is the clone complete?`,
    );
  }
  await mustRun('writing the vocabulary', process.execPath, [
    at('scripts/vocabulary.mjs'),
    PLACES.bundledModel,
  ]);
  writeIndex();
}

/** dist/, from build/wasm and web/. */
export async function buildPage() {
  await prepareModel();
  await unlessFresh({
    stamp: at('build/page.stamp'),
    inputs: [
      at('web'),
      at('package-lock.json'),
      ...['vitrine.wasm', 'vitrine-threads.wasm'].map((name) => join(PLACES.wasm, name)),
    ],
    outputs: [join(PLACES.page, 'index.html')],
    make: () =>
      mustRun('building the page', process.execPath, [
        at('node_modules/vite/bin/vite.js'),
        'build',
        at('web'),
      ]),
  });
}

const STEPS = {
  native: ['build/vitrine', buildNative],
  wasm: ['build/wasm/vitrine.wasm', buildWasm],
  page: ['dist/', buildPage],
};

/** Builds the named steps in order, with a line each. */
export async function build(...names) {
  for (const name of names) {
    const [product, make] = STEPS[name];
    const begin = performance.now();
    await make();
    console.log(`build: ${product} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
  }
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const asked = process.argv.slice(2);
    const unknown = asked.find((name) => !STEPS[name]);
    if (unknown) throw new Problem(`${unknown} is nothing to build: native, wasm or page`);
    const names =
      asked.length > 0 ? Object.keys(STEPS).filter((name) => asked.includes(name)) : Object.keys(STEPS);
    if (names.includes('page') && !names.includes('wasm')) names.splice(names.indexOf('page'), 0, 'wasm');
    checkNode();
    await ensureTools(...names.map((name) => (name === 'wasm' ? 'page' : name)));
    await ensurePackages();
    await build(...names);
  });
}
