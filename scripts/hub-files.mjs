// Fetches the files of a hub repository into a folder: resumed where a part is there, verified before they count.
import { createHash } from 'node:crypto';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { pageModule } from './page-module.mjs';
import { Problem } from './project.mjs';
import { sha256OfFile } from './site-models.mjs';

const MEGABYTE = 1e6;

/** What the page's sentences cannot say, because a script can do more. */
const INSTEAD = {
  gated: ({ repository }) =>
    `${repository} wants its users to agree to its terms: do so on its page, and set HF_TOKEN to a token of your account`,
  noRepository: ({ repository }) =>
    `the hub has no public model ${repository}; check the spelling (owner/name), or set HF_TOKEN if it is private`,
  forbidden: ({ host }) =>
    `${host} refused the download (403); does HF_TOKEN belong to an account that may read it?`,
};

/** A ModelFailure as a Problem; anything else as it is. */
export async function inWords(error) {
  if (error?.name !== 'ModelFailure') return error;
  const { models } = await pageModule('i18n/en/models.ts');
  return new Problem((INSTEAD[error.code] ?? models.failure[error.code])(error.values));
}

function verified(path, file) {
  if (!existsSync(path) || (file.size !== null && statSync(path).size !== file.size)) return false;
  if (file.sha256) return sha256OfFile(path) === file.sha256;
  if (!file.blob) return true;
  const bytes = readFileSync(path);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') === file.blob;
}

/**
 * Fetches the files of `plan` (web/src/models/hub.ts) into `folder`, which belongs to the plan's commit. Returns
 * their paths. Throws a Problem that tells what to do.
 */
export async function fetchFiles(plan, folder, { token, print = console.log } = {}) {
  const { Download } = await pageModule('models/download.ts');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), plan.config);
  if (plan.index !== null) writeFileSync(join(folder, 'model.safetensors.index.json'), plan.index);
  const paths = [join(folder, 'config.json')];
  try {
    for (const file of [...plan.tokenizer, ...plan.weights]) {
      const path = join(folder, file.path);
      if (verified(path, file)) print(`${file.path}: already here, verified`);
      else await fetchFile(Download, plan, file, path, { token, print });
      paths.push(path);
    }
  } catch (error) {
    throw await inWords(error);
  }
  return paths;
}

async function fetchFile(Download, plan, file, path, { token, print }) {
  const part = `${path}.part`;
  for (let attempt = 1; ; attempt++) {
    const from = existsSync(part) ? statSync(part).size : 0;
    const download = new Download({
      url: file.url,
      size: file.size,
      from,
      token,
      repository: plan.repository,
      revision: plan.revision,
      onPause: (failure, wait) =>
        print(`${file.path}: ${failure.code}, trying again in ${(wait / 1000).toFixed(1)} s`),
    });
    let failure;
    try {
      await save(download, part, from, file, print);
    } catch (error) {
      if (error.name !== 'ModelFailure' || !['length', 'changed'].includes(error.code)) throw error;
      failure = error;
    }
    if (!failure && verified(part, file)) {
      renameSync(part, path);
      return;
    }
    rmSync(part, { force: true });
    if (attempt === 2) {
      throw (
        failure ??
        new Problem(
          `${file.path} from ${new URL(file.url).host} does not have the promised SHA-256, twice; it was not used`,
        )
      );
    }
    print(`${file.path}: arrived wrong (${failure?.code ?? 'hash'}), fetching it anew`);
  }
}

async function save(download, part, from, file, print) {
  const out = createWriteStream(part, { flags: from > 0 ? 'a' : 'w' });
  const begin = performance.now();
  let told = begin;
  const line = () => {
    const done = (download.offset / MEGABYTE).toFixed(1);
    const all = file.size === null ? '?' : (file.size / MEGABYTE).toFixed(1);
    const rate = (download.offset - from) / MEGABYTE / Math.max(0.001, (performance.now() - begin) / 1000);
    return `${file.path}: ${done} of ${all} MB, ${rate.toFixed(1)} MB/s`;
  };
  try {
    for await (const chunk of download.chunks()) {
      if (!out.write(chunk)) await once(out, 'drain');
      if (performance.now() - told < 2000) continue;
      told = performance.now();
      print(line());
    }
  } finally {
    out.end();
    await once(out, 'close');
  }
  print(line());
}
