/** What a first visit downloads of the engine: 150 KB compressed together with its worker, which takes 12 of them. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const kilobyte = 1024;

test.each(['vitrine.wasm', 'vitrine-threads.wasm'])('%s takes at most 138 KB compressed', (name) => {
  const bytes = readFileSync(new URL(`../../build/wasm/${name}`, import.meta.url));
  expect(gzipSync(bytes, { level: 9 }).length).toBeLessThanOrEqual(138 * kilobyte);
});
