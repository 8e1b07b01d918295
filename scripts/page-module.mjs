// Modules of the page, for scripts: one implementation of the hub and of the figures serves both.
import { runnerImport } from 'vite';
import { at } from './project.mjs';

/** The exports of `web/src/<path>`. */
export async function pageModule(path) {
  const { module } = await runnerImport(at('web/src', path), {
    configFile: false,
    logLevel: 'error',
    root: at('web'),
  });
  return module;
}
