import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unlessFresh } from '../../scripts/stamp.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-stamp-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('makes again exactly when an input changed or an output is gone', async () => {
  const [input, output, stamp] = ['input', 'output', 'deep/stamp'].map((name) => join(folder, name));
  const attempt = () =>
    unlessFresh({
      stamp,
      inputs: [input, join(folder, 'absent')],
      outputs: [output],
      make: async () => writeFileSync(output, ''),
    });

  writeFileSync(input, 'one');
  expect(await attempt()).toBe(true);
  expect(await attempt()).toBe(false);
  writeFileSync(input, 'two');
  utimesSync(input, 1_000_000, 1_000_000);
  expect(await attempt()).toBe(true);
  expect(await attempt()).toBe(false);
  rmSync(output);
  expect(await attempt()).toBe(true);
});

test('a step that fails leaves no stamp', async () => {
  const options = { stamp: join(folder, 'stamp'), inputs: [folder], outputs: [folder] };
  await expect(
    unlessFresh({
      ...options,
      make: async () => {
        throw new Error('broken');
      },
    }),
  ).rejects.toThrow('broken');
  expect(await unlessFresh({ ...options, make: async () => undefined })).toBe(true);
});
