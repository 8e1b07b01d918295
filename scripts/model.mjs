// Places a model under the site's models/, so that the page offers it without asking another host:
//
//   npm run model -- gpt2 | distilgpt2 | gpt2-medium | owner/name | ./folder
//       [--revision R] [--endpoint URL] [--dtype q8|f16|f32] [--exact] [--name NAME] [--out FOLDER]
//
// A hub's files are fetched (HF_TOKEN from the environment, for gated ones), verified and kept in build/models/; the
// native tool quantises them; pieces of at most 25 MB and a manifest are written to web/public/models/<name>/. With
// --exact the original weights are placed beside them, for readers who want those, or compare the two.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchFiles, inWords } from './hub-files.mjs';
import { pageModule } from './page-module.mjs';
import { at, isMain, main, PLACES, Problem, program, run } from './project.mjs';
import { place, SITE_MODELS } from './site-models.mjs';

const USAGE =
  'npm run model -- gpt2 | owner/name | ./folder [--revision R] [--endpoint URL] [--dtype q8|f16|f32] [--exact] [--name NAME] [--out FOLDER]';
const DTYPES = ['q8', 'f16', 'f32'];

/** A folder of the file system, as opposed to a repository's name. */
const isFolder = (text) =>
  /^[./~\\]|^[A-Za-z]:[\\/]/.test(text) || (existsSync(text) && statSync(text).isDirectory());

/** The folder the model's files are in, and where they came from. */
async function obtain(what, { endpoint, revision, print }) {
  if (isFolder(what)) {
    const folder = resolve(what);
    if (!existsSync(folder)) throw new Problem(`there is no folder ${folder}`);
    if (
      !['model.safetensors', 'model.safetensors.index.json'].some((name) => existsSync(join(folder, name)))
    ) {
      const nano = readdirSync(folder).some((name) => name.endsWith('.pt'));
      throw new Problem(
        `${folder} has no model.safetensors${nano ? '; turn its ckpt.pt into one with python3 scripts/nanogpt/convert.py' : ' or model.safetensors.index.json'}`,
      );
    }
    return { folder, name: basename(folder), source: { kind: 'folder' } };
  }
  const { HUB, parseRepository, planHubModel, PRESETS } = await pageModule('models/hub.ts');
  const token = process.env.HF_TOKEN || undefined;
  try {
    const preset = PRESETS.find(({ name }) => name === what);
    const asked = parseRepository(preset?.repository ?? what);
    const plan = await planHubModel({
      endpoint: endpoint ?? HUB,
      repository: asked.repository,
      revision: revision ?? asked.revision,
      token,
    });
    print(
      `${plan.repository} at ${plan.commit.slice(0, 12)} from ${plan.endpoint}: ${(plan.downloadBytes / 1e6).toFixed(1)} MB`,
    );
    const folder = at('build/models', `${plan.repository.replace('/', '--')}-${plan.commit.slice(0, 12)}`);
    await fetchFiles(plan, folder, { token, print });
    const { endpoint: from, repository, revision: branch, commit } = plan;
    return {
      folder,
      name: preset?.name ?? repository.split('/').pop(),
      source: { kind: 'hub', endpoint: from, repository, revision: branch, commit },
    };
  } catch (error) {
    throw await inWords(error);
  }
}

/** The files of weights in a folder, in the order in which the page reads them. */
async function originalsOf(folder) {
  const whole = join(folder, 'model.safetensors');
  if (existsSync(whole)) return [whole];
  const { shardsOfIndex } = await pageModule('models/hub.ts');
  const index = readFileSync(join(folder, 'model.safetensors.index.json'), 'utf8');
  return shardsOfIndex(index).map((name) => join(folder, name));
}

/** Converts with the native tool. Returns the file. */
function quantize(vitrine, folder, dtype) {
  const out = at('build/models', `${basename(folder)}-${dtype}.made`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const file = join(out, 'model.safetensors');
  try {
    execFileSync(vitrine, ['quantize', folder, file, '--dtype', dtype], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  } catch (error) {
    rmSync(out, { recursive: true, force: true });
    throw new Problem(
      `${vitrine} quantize: ${String(error.stderr || error.message)
        .trim()
        .replace(/^vitrine: /, '')}`,
    );
  }
  return { out, file };
}

/**
 * Does what the command line says; `print` takes progress. Returns the manifest.
 * @param {string} what
 * @param {{endpoint?: string, revision?: string, dtype?: string, exact?: boolean, name?: string, out?: string, vitrine?: string, print?: (line: string) => void}} options
 */
export async function addModel(
  what,
  { endpoint, revision, dtype = 'q8', exact, name, out = SITE_MODELS, vitrine, print = console.log } = {},
) {
  if (!DTYPES.includes(dtype)) throw new Problem(`--dtype ${dtype}: one of ${DTYPES.join(', ')} is wanted`);
  const obtained = await obtain(what, { endpoint, revision, print });
  const id = (name ?? obtained.name).replace(/[^\w.-]/g, '-');
  if (!/^[A-Za-z0-9]/.test(id))
    throw new Problem(`"${id}" cannot name a folder of the site; choose another with --name`);
  if (resolve(out, id) === resolve(PLACES.bundledModel))
    throw new Problem(`${id} is the bundled model; choose another name with --name`);
  const tool = vitrine ?? program(PLACES.native, 'vitrine');
  if (!existsSync(tool)) throw new Problem(`${tool} is not built: run npm run build`);
  const { readConfig, parameterCount } = await pageModule('models/architecture.ts');
  let parameters;
  try {
    parameters = parameterCount(readConfig(readFileSync(join(obtained.folder, 'config.json'), 'utf8')).shape);
  } catch (error) {
    throw error.code === 'ENOENT'
      ? new Problem(`${obtained.folder} has no config.json`)
      : await inWords(error);
  }
  print(`converting ${obtained.folder} to ${dtype}`);
  const made = quantize(tool, obtained.folder, dtype);
  try {
    const { sideFilesOf } = await pageModule('models/side-files.ts');
    const files = ['config.json', 'card.json', ...sideFilesOf(readdirSync(obtained.folder))]
      .map((file) => join(obtained.folder, file))
      .filter((file) => existsSync(file));
    const originals = await originalsOf(obtained.folder);
    return place(out, {
      id,
      name: name ?? obtained.name,
      dtype,
      parameters,
      weights: made.file,
      files,
      originals,
      exact,
      source: obtained.source,
    });
  } finally {
    rmSync(made.out, { recursive: true, force: true });
  }
}

async function command() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      endpoint: { type: 'string' },
      revision: { type: 'string' },
      dtype: { type: 'string' },
      exact: { type: 'boolean' },
      name: { type: 'string' },
      out: { type: 'string' },
    },
  });
  if (positionals.length !== 1) throw new Problem(`one model is wanted: ${USAGE}`);
  if (!existsSync(program(PLACES.native, 'vitrine'))) {
    const { code } = await run(process.execPath, [at('scripts/build.mjs'), 'native']);
    if (code !== 0) return code;
  }
  const manifest = await addModel(positionals[0], values);
  const pieces = [manifest, ...(manifest.exact ?? [])].flatMap((file) => file.pieces);
  const largest = Math.max(...pieces.map(({ bytes }) => bytes));
  const exactBytes = manifest.exact?.reduce((sum, { bytes }) => sum + bytes, 0);
  const beside = exactBytes ? ` and ${(exactBytes / 1e6).toFixed(1)} MB of its originals` : '';
  console.log(
    `${manifest.name}: ${(manifest.bytes / 1e6).toFixed(1)} MB${beside} in ${pieces.length} ${pieces.length === 1 ? 'piece' : 'pieces'} (largest ${(largest / 1e6).toFixed(1)} MB), ` +
      `SHA-256 ${manifest.sha256}\nplaced in ${join(values.out ?? SITE_MODELS, manifest.id)}; npm run build takes it into dist/`,
  );
  return 0;
}

if (isMain(import.meta.url)) await main(command);
