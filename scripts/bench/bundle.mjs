// The benchmark's TypeScript as JavaScript: for Node and for a page in Chromium.
import { join } from 'node:path';
import { build } from 'vite';
import { at } from '../project.mjs';

export const BUNDLES = { node: at('build/bench/node'), page: at('build/bench/page') };

// The client names the engine of the page's build; here each call says where it is.
const common = { configFile: false, logLevel: 'warn', define: { __ENGINE_WASM__: '""' } };

export async function bundleForNode() {
  const entries = ['measure', 'worker', 'helper'];
  await build({
    ...common,
    root: at('scripts/bench/node'),
    build: {
      ssr: true,
      target: 'node20',
      outDir: BUNDLES.node,
      emptyOutDir: true,
      rollupOptions: {
        input: Object.fromEntries(entries.map((name) => [name, at('scripts/bench/node', `${name}.ts`)])),
        // Side by side, so that threads find each other.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', format: 'es' },
      },
    },
  });
  return join(BUNDLES.node, 'measure.js');
}

export async function bundleForChromium() {
  await build({
    ...common,
    root: at('scripts/bench/page'),
    base: './',
    worker: { format: 'es' },
    build: { target: 'es2022', outDir: BUNDLES.page, emptyOutDir: true },
  });
  return BUNDLES.page;
}
