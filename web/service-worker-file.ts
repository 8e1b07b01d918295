/// <reference types="node" />
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { LICENCES } from './licences-file';
import type { Precache } from './src/app/offline/plan';

const SOURCE = fileURLToPath(new URL('./src/app/offline/service-worker.ts', import.meta.url));

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');

type Keep = 'now' | 'onUse' | 'never';

/** A first visit fetches what every reader needs, and nothing that only some do. */
function keep(file: string): Keep {
  if (file === 'sw.js' || file.endsWith('.map')) return 'never';
  if (file === LICENCES) return 'onUse';
  // Exact weights are for the few who ask for them.
  if (file.startsWith('models/'))
    return file.startsWith('models/vitrine-') && !/\/exact-[^/]*$/.test(file) ? 'now' : 'never';
  // The Korean face comes in ranges of characters; the browser asks for those a text needs. The same goes for alphabets.
  return /\.woff2?$/.test(file) && !/-latin-/.test(file) ? 'onUse' : 'now';
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(folder, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort();
}

/** Writes sw.js at the site's root when everything else is in place: it lists the files of this very build. */
export function serviceWorkerFile(): Plugin {
  let folder = '';
  return {
    name: 'vitrine:service-worker',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        const all = filesOf(folder);
        const hashes = (when: Keep) =>
          Object.fromEntries(
            all
              .filter((file) => keep(file) === when)
              .map((file) => [file, sha256(readFileSync(join(folder, file)))]),
          );
        const kept = { files: hashes('now'), onUse: hashes('onUse') };
        const precache: Precache = { version: sha256(JSON.stringify(kept)).slice(0, 16), ...kept };
        const result = await build({
          configFile: false,
          logLevel: 'warn',
          define: { __PRECACHE__: JSON.stringify(precache) },
          build: {
            write: false,
            target: 'es2022',
            rollupOptions: { input: SOURCE, output: { format: 'iife', entryFileNames: 'sw.js' } },
          },
        });
        const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) =>
          'output' in each ? each.output : [],
        );
        const script = outputs.find((each) => each.type === 'chunk');
        if (script?.type !== 'chunk')
          throw new Error(
            'the service worker came out empty: is web/src/app/offline/service-worker.ts there?',
          );
        writeFileSync(join(folder, 'sw.js'), script.code);
      },
    },
  };
}
