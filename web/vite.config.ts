/// <reference types="node" />
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { bundledFilesPlugin } from './bundled-files';
import { compiledAhead } from './compiled-ahead';
import { engineFile } from './engine-file';
import { bundledPackages, licencesFile } from './licences-file';
import { contentPolicy } from './policy';
import { serviceWorkerFile } from './service-worker-file';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Every address in the built page is relative: the folder works under any sub-path.
  base: './',
  plugins: [
    svelte(),
    compiledAhead(),
    engineFile(),
    bundledFilesPlugin(),
    contentPolicy(),
    bundledPackages(),
    licencesFile(),
    serviceWorkerFile(),
  ],
  worker: { format: 'es', plugins: () => [bundledPackages()] },
  build: {
    outDir: fileURLToPath(new URL('../dist', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
  },
});
