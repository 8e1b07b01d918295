// npm run format: lets Prettier and, where it is installed, clang-format decide what the sources look like.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at, isMain, main, Problem, run, which } from './project.mjs';
import { ensurePackages } from './setup.mjs';

const CXX_FOLDERS = ['engine', 'tests/engine', 'tests/fuzz', 'scripts/training/kernels'];
const PRETTIER = [
  'scripts/**/*.mjs',
  'tests/**/*.{mjs,ts,json}',
  'web/**/*.{js,ts,svelte,css,html,json}',
  '*.{json,ts}',
];

const cxxFiles = () =>
  CXX_FOLDERS.flatMap((folder) =>
    readdirSync(at(folder), { recursive: true })
      .filter((name) => /\.(cpp|h)$/.test(name) && !name.includes('.gen.'))
      .map((name) => join(folder, name)),
  );

const prettier = (mode) =>
  run(process.execPath, [
    at('node_modules/prettier/bin/prettier.cjs'),
    '--log-level',
    'warn',
    '--no-error-on-unmatched-pattern',
    mode,
    ...PRETTIER,
  ]);

async function clangFormat(...mode) {
  const command = which('clang-format');
  if (!command) return { code: 0, output: '' };
  return run(command, [...mode, ...cxxFiles()]);
}

/** Tells what is not formatted; code is 0 when all is. */
export async function checkFormat() {
  const [script, cxx] = [await prettier('--check'), await clangFormat('--dry-run', '-Werror')];
  return { code: script.code || cxx.code };
}

if (isMain(import.meta.url)) {
  await main(async () => {
    if (process.argv.length > 2) throw new Problem('npm run format takes nothing; npm run check only looks');
    await ensurePackages();
    const [script, cxx] = [await prettier('--write'), await clangFormat('-i')];
    return script.code || cxx.code;
  });
}
