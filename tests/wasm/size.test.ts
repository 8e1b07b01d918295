/** What a first visit downloads of the engine. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { build, type Rollup } from 'vite';

const kilobyte = 1024;
const compressed = (bytes: Uint8Array | string) => gzipSync(bytes, { level: 9 }).length;
const program = (name: string) => readFileSync(new URL(`../../build/wasm/${name}`, import.meta.url));

const programs = ['vitrine.wasm', 'vitrine-threads.wasm'];

test.each(programs)('%s takes at most 195 KB compressed', (name) => {
  expect(compressed(program(name))).toBeLessThanOrEqual(195 * kilobyte);
});

/** What of the worker fetches and instantiates it, and its helpers with it. */
test('with what loads it, it takes at most 206,000 bytes', async () => {
  const entry = fileURLToPath(new URL('../../web/src/wasm/threads.ts', import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', lib: { entry, formats: ['es'] }, minify: true },
  });
  const { output } = (built as Rollup.RollupOutput[])[0]!;
  const loader = output.reduce(
    (sum, file) => sum + compressed(file.type === 'chunk' ? file.code : file.source),
    0,
  );
  expect(loader).toBeGreaterThan(1000);
  for (const name of programs) expect(compressed(program(name)) + loader).toBeLessThanOrEqual(206_000);
});
