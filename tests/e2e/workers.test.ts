/** The built page's workers: each runs its script once, in every browser. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PLACES } from '../../scripts/project.mjs';

const folder = join(process.env.VITRINE_PAGE ?? PLACES.page, 'assets');
const scripts = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);
const started = [...scripts.values()].flatMap((script) =>
  Array.from(script.matchAll(/new Worker\([^;]*?([\w.-]+\.js)/g), ([, name]) => name!),
);

test("no script imports a worker's, which WebKit would run a second time in place of the one that is running", () => {
  expect(started.map((name) => name.replace(/-.{8}\.js$/, '')).sort()).toEqual([
    'helper',
    'keeper.worker',
    'worker',
  ]);
  for (const name of started) {
    expect([...scripts.keys()]).toContain(name);
    const importing = [...scripts].filter(([, script]) =>
      Array.from(
        script.matchAll(/(?:from|import)\s*\(?\s*["']\.\/([^"']+)["']/g),
        ([, other]) => other,
      ).includes(name),
    );
    expect(importing.map(([other]) => other)).toEqual([]);
  }
});
