// Makes an export of the training the bundled model: int8 in one file, the original in pieces, and their manifest.
//
//   node scripts/training/place.mjs RUN/export [FOLDER]
//
// FOLDER, web/public/models/vitrine-19m when not told, has the model's card.json and its vocabulary already.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pageModule } from '../page-module.mjs';
import { isMain, main, PLACES, Problem, program } from '../project.mjs';
import { cut, describe } from '../site-models.mjs';

/** Returns the manifest. `exported`: a folder with model.safetensors and config.json. */
export async function placeBundled(
  exported,
  folder = PLACES.bundledModel,
  tool = program(PLACES.native, 'vitrine'),
) {
  for (const name of readdirSync(folder)) if (/^exact-.*\.bin$/.test(name)) rmSync(join(folder, name));
  execFileSync(tool, ['quantize', exported, folder, '--dtype', 'q8']);
  const { readConfig, parameterCount } = await pageModule('models/architecture.ts');
  const { shape } = readConfig(readFileSync(join(folder, 'config.json'), 'utf8'));
  const rounded = describe(join(folder, 'model.safetensors'));
  const original = describe(join(exported, 'model.safetensors'));
  const files = ['config.json', 'vocab.json', 'merges.txt', 'card.json'];
  const manifest = {
    format: 1,
    id: basename(PLACES.bundledModel),
    name: JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')).name,
    dtype: 'q8',
    parameters: parameterCount(shape),
    bytes: rounded.bytes,
    sha256: rounded.sha256,
    pieces: [rounded],
    files: files.map((name) => describe(join(folder, name))),
    exact: [{ name: original.name, ...cut(join(exported, original.name), folder, { stem: 'exact' }) }],
    source: { kind: 'folder', weights: [original] },
  };
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
  return manifest;
}

if (isMain(import.meta.url)) {
  await main(async () => {
    const [exported, folder] = process.argv.slice(2);
    if (!exported)
      throw new Problem('the export of a training run is wanted: node scripts/training/place.mjs RUN/export');
    const { bytes, exact } = await placeBundled(resolve(exported), folder && resolve(folder));
    console.log(
      `int8: ${(bytes / 1e6).toFixed(1)} MB; original: ${(exact[0].bytes / 1e6).toFixed(1)} MB in ${exact[0].pieces.length} pieces`,
    );
    return 0;
  });
}
