/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const WASM = fileURLToPath(new URL('../build/wasm/vitrine.wasm', import.meta.url));

function readEngine(): Buffer {
  try {
    return readFileSync(WASM);
  } catch {
    throw new Error(`${WASM} is missing: the engine is not built yet; run \`npm run build\``);
  }
}

const pathOf = (bytes: Buffer) =>
  `engine/${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}/vitrine.wasm`;

/**
 * Serves the engine as a static file in a folder named after its contents, untouched by the bundler, so that it
 * may be cached for ever. The page learns the path, relative to its own address, as `__ENGINE_WASM__`.
 */
export function engineFile(): Plugin {
  return {
    name: 'vitrine:engine',
    config(_, { command }) {
      const path = command === 'build' ? pathOf(readEngine()) : 'engine/dev/vitrine.wasm';
      return { define: { __ENGINE_WASM__: JSON.stringify(path) } };
    },
    generateBundle() {
      const bytes = readEngine();
      this.emitFile({ type: 'asset', fileName: pathOf(bytes), source: bytes });
    },
    configureServer(server) {
      server.middlewares.use('/engine/dev/vitrine.wasm', (_, response, next) => {
        try {
          const bytes = readEngine();
          response.setHeader('Content-Type', 'application/wasm');
          response.setHeader('Cache-Control', 'no-cache');
          response.end(bytes);
        } catch (error) {
          next(error);
        }
      });
    },
  };
}
