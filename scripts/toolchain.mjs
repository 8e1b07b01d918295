// The programs and headers that the project needs from the system: where they are, and who provides them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { which, WINDOWS } from './project.mjs';

const EMSDK = 'https://emscripten.org/docs/getting_started/downloads.html';

const INCLUDE_ROOTS = ['/usr/include', '/usr/local/include', '/opt/homebrew/include', '/opt/local/include'];
const header = (...paths) =>
  INCLUDE_ROOTS.flatMap((root) => paths.map((path) => join(root, path))).find((path) => existsSync(path));

const fromEmsdk = (name) => process.env.EMSDK && join(process.env.EMSDK, 'upstream/emscripten', name);

function browser() {
  const windows = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA']
    .map((name) => process.env[name])
    .filter(Boolean)
    .flatMap((folder) => [
      join(folder, 'Google/Chrome/Application/chrome'),
      join(folder, 'Microsoft/Edge/Application/msedge'),
    ]);
  return which(
    process.env.VITRINE_BROWSER,
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ...windows,
  );
}

/** A clang that brings libFuzzer: Apple's does not, and packages may leave it out. */
function fuzzingClang() {
  const clang = which(process.env.VITRINE_CLANG, 'clang++');
  if (!clang) return undefined;
  try {
    const folder = execFileSync(clang, ['-print-runtime-dir'], { encoding: 'utf8' }).trim();
    return readdirSync(folder).some((name) => name.startsWith('libclang_rt.fuzzer')) ? clang : undefined;
  } catch {
    return undefined;
  }
}

/** Visual Studio's compiler is found by CMake itself, outside of the PATH. */
const visualStudio = () =>
  WINDOWS
    ? which(join(process.env['ProgramFiles(x86)'] ?? 'C:/', 'Microsoft Visual Studio/Installer/vswhere'))
    : undefined;

/** A Python that has NumPy: the one of the PATH may be another than the system's, for which Debian's packages are. */
const pythonWithNumpy = () =>
  ['python3', '/usr/bin/python3', 'python']
    .map((name) => which(name))
    .filter(Boolean)
    .find((path) => {
      try {
        execFileSync(path, ['-c', 'import numpy'], { stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    });

/** The Python for our scripts; undefined where there is none. */
export const python = () => pythonWithNumpy() ?? which('python3', 'python');

export const compilerOnPath = () => which(process.env.CXX, 'c++', 'g++', 'clang++', 'cl');

/**
 * A row a requirement: what it is for, how it is found, and its name with each provider. `optional` ones are made up
 * for elsewhere: CMake downloads headers that are not installed; fuzzing is left out where there is no clang, and most tests of
 * the training where there is no NumPy.
 */
export const TOOLS = {
  compiler: {
    is: 'a C++20 compiler',
    find: () => compilerOnPath() ?? visualStudio(),
    apt: ['g++'],
    brew: 'xcode-select --install',
    winget: 'winget install Microsoft.VisualStudio.2022.BuildTools',
  },
  cmake: {
    is: 'CMake 3.20 or later',
    find: () => which('cmake'),
    apt: ['cmake'],
    brew: 'brew install cmake',
    winget: 'winget install Kitware.CMake',
  },
  ninja: {
    is: 'Ninja',
    find: () => which('ninja'),
    apt: ['ninja-build'],
    brew: 'brew install ninja',
    winget: 'winget install Ninja-build.Ninja',
  },
  emscripten: {
    is: 'Emscripten 3.1.6 or later',
    find: () => which('emcmake', fromEmsdk('emcmake')),
    apt: ['emscripten'],
    brew: `brew install emscripten, or the newest emsdk: ${EMSDK}`,
    winget: `the newest emsdk: ${EMSDK}`,
  },
  eigen: {
    is: 'Eigen 3.4',
    find: () => header('eigen3/Eigen/Core', 'Eigen/Core'),
    apt: ['libeigen3-dev'],
    optional: true,
  },
  json: {
    is: 'nlohmann-json',
    find: () => header('nlohmann/json.hpp'),
    apt: ['nlohmann-json3-dev'],
    optional: true,
  },
  doctest: {
    is: 'doctest',
    find: () => header('doctest/doctest.h'),
    apt: ['doctest-dev'],
    optional: true,
  },
  clang: {
    is: 'clang with libFuzzer',
    find: fuzzingClang,
    apt: ['clang', 'libclang-rt-dev'],
    optional: true,
  },
  numpy: {
    is: 'NumPy for Python 3',
    find: pythonWithNumpy,
    apt: ['python3-numpy'],
    optional: true,
  },
  browser: {
    is: 'Chromium, Chrome or Edge',
    find: browser,
    apt: ['chromium'],
    brew: 'brew install --cask google-chrome',
    winget: 'winget install Google.Chrome',
  },
};

/** What a task needs of TOOLS. */
export const NEEDS = {
  page: ['cmake', 'ninja', 'emscripten', 'eigen', 'json', 'doctest'],
  native: ['compiler', 'cmake', 'ninja', 'eigen', 'json', 'doctest'],
  fuzz: ['clang'],
  training: ['compiler', 'numpy'],
  e2e: ['browser'],
};

/** The path of a tool; undefined where there is none. */
export const find = (name) => TOOLS[name].find();

/** The environment in which Emscripten runs: Debian's looks for its JavaScript parser only where Debian's Node does. */
export function emscriptenEnvironment() {
  const modules = '/usr/share/nodejs';
  if (!existsSync(join(modules, 'acorn'))) return {};
  return { NODE_PATH: [process.env.NODE_PATH, modules].filter(Boolean).join(':') };
}
