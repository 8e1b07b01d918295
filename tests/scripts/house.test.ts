import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  model: ['base', 'io', 'kernels'],
  loading: ['base', 'io', 'kernels', 'model'],
  session: ['base', 'io', 'kernels', 'model'],
  api: ['base', 'io', 'tokenizer', 'sampling', 'kernels', 'model', 'loading', 'session'],
  bench: ['base', 'io', 'kernels', 'model', 'loading', 'session', 'api'],
  cli: ['base', 'io', 'tokenizer', 'sampling', 'kernels', 'model', 'loading', 'session', 'bench'],
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

  test('no two folders include each other, no files stand in a circle, and seven floors are enough', () => {
    expect(bothWays(folders)).toEqual([]);
    expect(circle(folders)).toBeNull();
    expect(floors(folders)).toBeLessThanOrEqual(7);
  });
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
