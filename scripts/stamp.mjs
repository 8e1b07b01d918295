// Knows whether what was made from files is still what they would make.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

function* filesBelow(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  const names = readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .sort();
  for (const name of names) yield* filesBelow(join(path, name));
}

/** A digest of the names, sizes and times of all files in `paths` (files or folders); absent ones count as nothing. */
export function digestOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap((path) => [...filesBelow(path)])) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Runs `make` unless `stamp` says that `outputs` were made from `inputs` as they are now. Tells whether it ran. */
export async function unlessFresh({ stamp, inputs, outputs, make }) {
  const wanted = digestOf(inputs);
  const fresh =
    outputs.every((path) => existsSync(path)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (fresh) return false;
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}
