import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: 'web/svelte.config.js' })],
        define: { __ENGINE_WASM__: JSON.stringify('engine/dev/vitrine.wasm') },
        // Components are tested as a browser sees them.
        resolve: { conditions: ['browser'] },
        test: { name: 'web', include: ['tests/web/**/*.test.ts'], environment: 'node', testTimeout: 30_000 },
      },
      {
        test: {
          name: 'wasm',
          include: ['tests/wasm/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'scripts',
          include: ['tests/scripts/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          setupFiles: ['tests/e2e/setup.ts'],
          // Files share their worker's modules and its one browser; a profile is what keeps tests apart.
          isolate: false,
          // A page waits for its worker and its frames: two browsers use two processors, more would slow each other.
          maxWorkers: 2,
          // A number of workers of its own needs a turn of its own, or all projects together are refused.
          sequence: { groupOrder: 1 },
          // States are waited for, however long a loaded machine takes; what hangs ends all the same.
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // Of a page that is broken altogether ten tests tell enough, long before the suite's own limit.
          bail: 10,
          expect: { poll: { timeout: 45_000, interval: 20 } },
        },
      },
    ],
  },
});
