import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { at } from '../../scripts/project.mjs';
import { bothWays, circle, floors, graphBetween, graphOf } from './graph';

const folderOf = (path: string) => path.split('/')[0]!;

/** What each folder of engine/ may include besides itself. */
const ENGINE: Record<string, readonly string[]> = {
  base: [],
  io: ['base'],
  tokenizer: ['base'],
  sampling: ['base'],
  kernels: ['base'],
  model: ['base', 'io', 'sampling', 'kernels'],
  loading: ['base', 'io', 'kernels', 'model'],
  session: ['base', 'io', 'kernels', 'model'],
  readouts: ['base', 'sampling', 'kernels', 'model', 'session'],
  api: ['base', 'io', 'tokenizer', 'sampling', 'kernels', 'model', 'loading', 'session', 'readouts'],
  bench: ['base', 'io', 'kernels', 'model', 'loading', 'session', 'api'],
  cli: ['base', 'io', 'tokenizer', 'sampling', 'kernels', 'model', 'loading', 'session', 'readouts', 'bench'],
};

/** [file, included file] of all of engine/. */
function includes(): [string, string][] {
  const files = readdirSync(at('engine'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(cpp|h)$/.test(path));
  return files.flatMap((file) =>
    [...readFileSync(join(at('engine'), file), 'utf8').matchAll(/^#include "([^"]+)"/gm)].map(
      ([, used]): [string, string] => [file, used!],
    ),
  );
}

describe('the engine', () => {
  const files = graphOf(includes());
  const folders = graphBetween(files, folderOf);

  test('every folder has a place, and includes are written from engine/', () => {
    expect([...folders.keys()].sort()).toEqual(Object.keys(ENGINE).sort());
  });

  test('a folder includes only what lies below it', () => {
    const upwards = includes().filter(([user, used]) => {
      const [from, to] = [folderOf(user), folderOf(used)];
      return from !== to && !ENGINE[from]!.includes(to);
    });
    expect(upwards).toEqual([]);
  });

  test('no two folders include each other, no files stand in a circle, and eight floors are enough', () => {
    expect(bothWays(folders)).toEqual([]);
    expect(circle(folders)).toBeNull();
    expect(floors(folders)).toBeLessThanOrEqual(8);
  });
});

/** What each folder of web/src may import besides itself. */
const PAGE: Record<string, readonly string[]> = {
  styles: [],
  protocol: [],
  layout: [],
  format: ['protocol'],
  wasm: ['protocol'],
  models: ['protocol', 'wasm'],
  worker: ['protocol', 'wasm', 'models'],
  client: ['protocol', 'worker'],
  charts: ['layout', 'format'],
  i18n: ['protocol', 'format', 'models'],
  state: ['protocol', 'layout', 'format', 'models', 'client', 'i18n'],
  export: ['protocol', 'format', 'charts', 'i18n', 'state'],
  ui: ['protocol', 'layout', 'format', 'models', 'charts', 'i18n', 'state'],
  'model-panel': ['protocol', 'format', 'models', 'client', 'i18n', 'state', 'ui'],
  stages: ['protocol', 'layout', 'format', 'charts', 'i18n', 'state', 'export', 'ui'],
  experiments: ['protocol', 'layout', 'format', 'charts', 'i18n', 'state', 'export', 'ui', 'stages'],
  learn: ['protocol', 'format', 'i18n', 'state', 'ui'],
  picture: [
    'protocol',
    'layout',
    'format',
    'models',
    'charts',
    'i18n',
    'state',
    'export',
    'ui',
    'stages',
    'experiments',
  ],
  app: [
    'protocol',
    'experiments',
    'format',
    'models',
    'i18n',
    'state',
    'ui',
    'model-panel',
    'stages',
    'learn',
    'picture',
    'styles',
  ],
};

/** `import ... from`, `export ... from`, `import()`, `import '...'`, and a worker's address. */
const IMPORT = /(?:\b(?:from|import)\s*\(?\s*)'(\.[^']*)'|new URL\('(\.[^']*)', import\.meta\.url/g;

/** [file, imported file] of web/src, Svelte files too; a file that lies outside keeps its way there. */
function imports(): [string, string][] {
  const root = at('web/src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  const known = new Set(files.filter((path) => /\.\w+$/.test(path)));
  const fileOf = (path: string) =>
    [path, `${path}.ts`, posix.join(path, 'index.ts')].find((one) => known.has(one)) ?? path;
  return [...known]
    .filter((path) => /\.(ts|svelte)$/.test(path))
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map(
        ([, used, address]): [string, string] => [
          file,
          fileOf(posix.join(posix.dirname(file), (used ?? address)!)),
        ],
      ),
    );
}

describe('the page', () => {
  const all = imports().filter(([file]) => file !== 'env.d.ts');
  const files = graphOf(all);
  const folders = graphBetween(files, folderOf);

  test('every import is found, and none leaves web/src', () => {
    expect(all.length).toBeGreaterThan(1000);
    expect(all.filter(([, used]) => !existsSync(join(at('web/src'), used)))).toEqual([]);
    expect([...folders.keys()].filter((folder) => !(folder in PAGE))).toEqual([]);
  });

  test('no file puts NaN in place of a number that is missing', () => {
    const page = [...new Set(all.map(([file]) => file))];
    const text = (file: string) => readFileSync(join(at('web/src'), file), 'utf8');
    expect(page.filter((file) => /(\?\?|\|\||:)\s*(Number\.)?NaN\b/.test(text(file)))).toEqual([]);
  });

  test('a folder imports only what it may', () => {
    const others = all.filter(([user, used]) => {
      const [from, to] = [folderOf(user), folderOf(used)];
      return from !== to && !PAGE[from]!.includes(to);
    });
    expect(others).toEqual([]);
  });

  test('no two folders import each other, and neither folders nor files stand in a circle', () => {
    expect(bothWays(folders)).toEqual([]);
    expect(circle(folders)).toBeNull();
    expect(circle(files)).toBeNull();
  });
});

test('the README is read in minutes: at most 1,100 words', () => {
  const words = readFileSync(at('README.md'), 'utf8').split(/\s+/).filter(Boolean);
  expect(words.length).toBeLessThanOrEqual(1100);
});

test('the questions find what they ask about', () => {
  const graph = graphOf([
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'b'],
    ['c', 'c'],
  ]);
  expect(bothWays(graph)).toEqual(['b <-> c']);
  expect(circle(graph)).toEqual(['b', 'c', 'b']);
  expect(
    floors(
      graphOf([
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
      ]),
    ),
  ).toBe(3);
});
