/// <reference types="node" />
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const FOLDER = fileURLToPath(new URL('../build/wasm', import.meta.url));
const ENGINE = 'vitrine.wasm';
/** The same engine for pages that are isolated, where it was built. */
const THREADED_ENGINE = 'vitrine-threads.wasm';

function readEngine(name: string): Buffer {
  const path = join(FOLDER, name);
  if (!existsSync(path))
    throw new Error(`${path} is missing: the engine is not built yet; run \`npm run build\``);
  return readFileSync(path);
}

const engineNames = () =>
  [ENGINE, THREADED_ENGINE].filter((name) => name === ENGINE || existsSync(join(FOLDER, name)));

/** `engine/0123456789ab`, by the modules' contents. */
function engineFolder(): string {
  const hash = createHash('sha256');
  for (const name of engineNames()) hash.update(readEngine(name));
  return `engine/${hash.digest('hex').slice(0, 12)}`;
}

/** What the modules are, as fetch's `integrity` has it: it takes any one of several. */
const integrity = () =>
  engineNames()
    .map((name) => `sha256-${createHash('sha256').update(readEngine(name)).digest('base64')}`)
    .join('%20');

/**
 * Serves the engine's modules as static files in a folder named after their contents, untouched by the bundler, so
 * that they may be cached for ever. The page learns the path, relative to its own address, as `__ENGINE_WASM__`; after `#`
 * it says what the modules must be.
 */
export function engineFile(): Plugin {
  return {
    name: 'vitrine:engine',
    config(_, { command }) {
      const path =
        command === 'build' ? `${engineFolder()}/${ENGINE}#${integrity()}` : `engine/dev/${ENGINE}`;
      return { define: { __ENGINE_WASM__: JSON.stringify(path) } };
    },
    generateBundle() {
      const folder = engineFolder();
      for (const name of engineNames()) {
        this.emitFile({ type: 'asset', fileName: `${folder}/${name}`, source: readEngine(name) });
      }
    },
    configureServer(server) {
      for (const name of [ENGINE, THREADED_ENGINE]) {
        server.middlewares.use(`/engine/dev/${name}`, (_, response, next) => {
          try {
            const bytes = readEngine(name);
            response.setHeader('Content-Type', 'application/wasm');
            response.setHeader('Cache-Control', 'no-cache');
            response.end(bytes);
          } catch (error) {
            next(error);
          }
        });
      }
    },
  };
}
