/** What the tests need to know of the bundled model, read from its own files: another model in its place needs no new test. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PLACES } from '../scripts/project.mjs';

const read = (name: string) => JSON.parse(readFileSync(join(PLACES.bundledModel, name), 'utf8'));
const config: Record<'n_layer' | 'n_head' | 'n_embd' | 'n_positions', number> = read('config.json');

export const bundled = {
  folder: PLACES.bundledModel,
  id: basename(PLACES.bundledModel),
  name: read('card.json').name as string,
  manifest: read('manifest.json') as { parameters: number; exact: { bytes: number }[] },
  layers: config.n_layer,
  heads: config.n_head,
  positions: config.n_positions,
  lastLayer: config.n_layer - 1,
  lastHead: config.n_head - 1,
};
