// The folders that are measured: each model in each precision, converted once and kept in build/models.
import {
  closeSync,
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pageModule } from '../page-module.mjs';
import { at, mustRun, PLACES, Problem } from '../project.mjs';

const WEIGHTS = 'model.safetensors';
const RANDOM = at('build/models/gpt2-random');
const PART = 16 * 2 ** 20;

/** The seeded random checkpoint of GPT-2 small's shape, F32: it costs what the real one costs. */
async function randomFolder() {
  if (!existsSync(join(RANDOM, WEIGHTS))) {
    console.error(
      'bench: making a random checkpoint of the shape of GPT-2 small, once (500 MB in build/models)',
    );
    await mustRun('making the checkpoint', process.execPath, [at('scripts/make-checkpoint.mjs'), RANDOM]);
  }
  return RANDOM;
}

async function loadInto(abi, folder, as) {
  const config = join(folder, 'config.json');
  const file = join(folder, WEIGHTS);
  const loader = abi.loaderNew(existsSync(config) ? readFileSync(config) : '', as);
  abi.loaderBeginFile(loader, statSync(file).size);
  for await (const part of createReadStream(file, { highWaterMark: 2 ** 20 })) abi.loaderWrite(loader, part);
  return abi.loaderFinish(loader);
}

/** A file appears under its name only when it is whole. */
function writeImage(abi, model, file) {
  const total = abi.modelImageBytes(model);
  const descriptor = openSync(`${file}.part`, 'w');
  for (let begin = 0; begin < total; begin += PART)
    writeSync(descriptor, abi.modelImagePart(model, begin, Math.min(begin + PART, total)));
  closeSync(descriptor);
  renameSync(`${file}.part`, file);
}

async function convert(folder, to, dtype) {
  const [{ Abi, loadAs }, { instantiate }] = await Promise.all([
    pageModule('wasm/abi.ts'),
    pageModule('wasm/wasm.ts'),
  ]);
  const abi = new Abi(await instantiate(readFileSync(join(PLACES.wasm, 'vitrine.wasm'))));
  const model = await loadInto(abi, folder, loadAs[dtype]);
  mkdirSync(to, { recursive: true });
  writeImage(abi, model, join(to, WEIGHTS));
  const { isSideFile } = await pageModule('models/side-files.ts');
  for (const name of readdirSync(folder)) {
    if (isSideFile(name)) copyFileSync(join(folder, name), join(to, name));
  }
  writeFileSync(join(to, 'from.txt'), `${stampOf(folder)}\n`);
}

function stampOf(folder) {
  const { size, mtimeMs } = statSync(join(folder, WEIGHTS));
  return `${resolve(folder)} ${size} ${Math.round(mtimeMs)} ${statSync(join(PLACES.wasm, 'vitrine.wasm')).size}`;
}

async function inPrecision(name, folder, dtype) {
  const to = at('build/models', `${name}-bench-${dtype}`);
  const stamp = join(to, 'from.txt');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8').trim() !== stampOf(folder))
    await convert(folder, to, dtype);
  return to;
}

/** Rows of {name, source, folders: {q8?, f32?}}. `source` is the folder whose weights the peers are given. */
export async function prepareModels({ model, dtypes, quick }) {
  if (model && !existsSync(join(model, WEIGHTS)))
    throw new Problem(
      `--model ${model}: there is no ${WEIGHTS} in it; a folder with config.json and ${WEIGHTS} is wanted`,
    );
  const sources = model
    ? [[basename(resolve(model)), model]]
    : [
        [basename(PLACES.bundledModel), PLACES.bundledModel],
        ...(quick ? [] : [['gpt2-random', await randomFolder()]]),
      ];
  const rows = [];
  for (const [name, source] of sources) {
    const folders = {};
    for (const dtype of dtypes) folders[dtype] = await inPrecision(name, source, dtype);
    rows.push({ name, source, folders });
  }
  return rows;
}
