/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const MANIFEST = fileURLToPath(new URL('./public/models/vitrine-19m/manifest.json', import.meta.url));

interface Manifest {
  pieces: { name: string; sha256: string }[];
  files: { name: string; sha256: string }[];
}

/** SHA-256 by name of the files that the bundled model is loaded from. */
export function bundledFiles(): Record<string, string> {
  const { pieces, files } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
  return Object.fromEntries([...pieces, ...files].map(({ name, sha256 }) => [name, sha256]));
}

/** The worker learns what its model's files must be as `__BUNDLED_FILES__`: a page and its model are of one build. */
export function bundledFilesPlugin(): Plugin {
  return {
    name: 'vitrine:bundled-files',
    config: () => ({ define: { __BUNDLED_FILES__: JSON.stringify({ 'vitrine-19m': bundledFiles() }) } }),
  };
}
