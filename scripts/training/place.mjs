// Makes an export of the training the bundled model: int8 in one file, the original in pieces, and their manifest.
//
//   node scripts/training/place.mjs RUN/export     an export
//   node scripts/training/place.mjs                the manifest alone, after the card was changed
//
// The model's folder, web/public/models/vitrine-19m, has its card.json already.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pageModule } from '../page-module.mjs';
import { at, isMain, main, PLACES, program } from '../project.mjs';
import { cut, describe } from '../site-models.mjs';

const isPiece = (name) => /^exact-.*\.bin$/.test(name);

/** Writes and returns the manifest of what is in the folder. */
export async function writeManifest(folder = PLACES.bundledModel) {
  const { readConfig, parameterCount } = await pageModule('models/architecture.ts');
  const read = (name) => readFileSync(join(folder, name));
  const rounded = describe(join(folder, 'model.safetensors'));
  const pieces = readdirSync(folder)
    .filter(isPiece)
    .sort()
    .map((name) => describe(join(folder, name)));
  const hash = createHash('sha256');
  for (const { name } of pieces) hash.update(read(name));
  const original = {
    name: 'model.safetensors',
    bytes: pieces.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: hash.digest('hex'),
  };
  const manifest = {
    format: 1,
    id: basename(PLACES.bundledModel),
    name: JSON.parse(read('card.json').toString()).name,
    dtype: 'q8',
    parameters: parameterCount(readConfig(read('config.json').toString()).shape),
    bytes: rounded.bytes,
    sha256: rounded.sha256,
    pieces: [rounded],
    files: ['config.json', 'vocab.json', 'merges.txt', 'card.json'].map((name) =>
      describe(join(folder, name)),
    ),
    exact: [{ ...original, pieces }],
    source: { kind: 'folder', weights: [original] },
  };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}

/** Returns the manifest. `exported`: a folder with model.safetensors and config.json. */
export async function placeBundled(
  exported,
  folder = PLACES.bundledModel,
  tool = program(PLACES.native, 'vitrine'),
) {
  for (const name of readdirSync(folder).filter(isPiece)) rmSync(join(folder, name));
  execFileSync(tool, ['quantize', exported, folder, '--dtype', 'q8']);
  // What an earlier model left of a tokenizer is gone with it; ours is GPT-2's own.
  execFileSync(process.execPath, [at('scripts/vocabulary.mjs'), folder]);
  cut(join(exported, 'model.safetensors'), folder, { stem: 'exact' });
  return writeManifest(folder);
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const [exported] = process.argv.slice(2);
    const { bytes, exact } = await (exported ? placeBundled(resolve(exported)) : writeManifest());
    const [original] = exact;
    console.log(
      `int8: ${(bytes / 1e6).toFixed(1)} MB; original: ${(original.bytes / 1e6).toFixed(1)} MB in ${original.pieces.length} pieces`,
    );
    return 0;
  });
}
