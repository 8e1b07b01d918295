// The models a site serves beside the bundled one: pieces any static host takes, a manifest, and the list of them all.
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { at } from './project.mjs';

export const SITE_MODELS = at('web/public/models');
/** Some hosts refuse files above 25 MB, counted in powers of ten or of two: this is below both. */
export const PIECE_BYTES = 24_000_000;
const READ_BYTES = 4 << 20;

/** Calls `take` with each chunk of `file`, bytes [begin, end). The buffer is used again. */
function readChunks(file, begin, end, take) {
  const handle = openSync(file, 'r');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  try {
    for (let position = begin; position < end;) {
      const got = readSync(handle, buffer, 0, Math.min(READ_BYTES, end - position), position);
      if (got === 0) throw new Error(`${file} became shorter while it was read`);
      take(buffer.subarray(0, got));
      position += got;
    }
  } finally {
    closeSync(handle);
  }
}

/** SHA-256 of a file, in hexadecimal. */
export function sha256OfFile(file) {
  const hash = createHash('sha256');
  readChunks(file, 0, statSync(file).size, (chunk) => hash.update(chunk));
  return hash.digest('hex');
}

/** Cuts `file` into pieces in `folder`, named `stem` and after its hash so that a cache never mixes two versions. */
export function cut(file, folder, { stem = 'weights', pieceBytes = PIECE_BYTES } = {}) {
  const size = statSync(file).size;
  const whole = sha256OfFile(file);
  const pieces = [];
  const digits = String(Math.ceil(size / pieceBytes) - 1).length;
  for (let begin = 0; begin < size; begin += pieceBytes) {
    const end = Math.min(size, begin + pieceBytes);
    const name = `${stem}-${whole.slice(0, 8)}-${String(pieces.length).padStart(digits, '0')}.bin`;
    const hash = createHash('sha256');
    const out = openSync(join(folder, name), 'w');
    try {
      readChunks(file, begin, end, (chunk) => {
        hash.update(chunk);
        writeFileSync(out, chunk);
      });
    } finally {
      closeSync(out);
    }
    pieces.push({ name, bytes: end - begin, sha256: hash.digest('hex') });
  }
  return { bytes: size, sha256: whole, pieces };
}

/** A file of weights as a manifest names it. */
export const describe = (file) => ({
  name: file.split(/[\\/]/).pop(),
  bytes: statSync(file).size,
  sha256: sha256OfFile(file),
});

/**
 * Places a model under `models`: `weights` (a file) in pieces, `files` (paths) as they are, and the `originals`
 * (paths), which are what it was made of, in pieces when `exact`. What is there under the same name is replaced at
 * once, when everything is written. Returns the manifest.
 */
export function place(
  models,
  { id, name, dtype, parameters, weights, files, originals, exact = false, source },
) {
  const target = join(models, id);
  const fresh = `${target}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const listed = files.map((file) => {
    const base = file.split(/[\\/]/).pop();
    copyFileSync(file, join(fresh, base));
    return describe(file);
  });
  const made = originals.map(describe);
  const manifest = {
    format: 1,
    id,
    name,
    dtype,
    parameters,
    ...cut(weights, fresh),
    files: listed,
    ...(exact && {
      exact: originals.map((file, index) => ({
        name: made[index].name,
        ...cut(file, fresh, { stem: 'exact' }),
      })),
    }),
    source: { ...source, weights: made },
  };
  writeFileSync(join(fresh, 'manifest.json'), JSON.stringify(manifest, null, 1));
  rmSync(target, { recursive: true, force: true });
  renameSync(fresh, target);
  writeIndex(models);
  return manifest;
}

/** Writes models.json: every folder with a manifest. The page asks for it, so an empty list is written too. */
export function writeIndex(models = SITE_MODELS) {
  mkdirSync(models, { recursive: true });
  const found = readdirSync(models, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() &&
        !entry.name.endsWith('.new') &&
        existsSync(join(models, entry.name, 'manifest.json')),
    )
    .map((entry) => {
      const { id, name, dtype, parameters, bytes, sha256, exact } = JSON.parse(
        readFileSync(join(models, entry.name, 'manifest.json'), 'utf8'),
      );
      const exactBytes = exact?.reduce((sum, file) => sum + file.bytes, 0);
      return {
        id,
        name,
        folder: entry.name,
        dtype,
        parameters,
        bytes,
        sha256,
        ...(exactBytes && { exactBytes }),
      };
    })
    .sort((a, b) => a.parameters - b.parameters);
  const text = JSON.stringify({ models: found }, null, 1);
  const file = join(models, 'models.json');
  // Left alone when nothing changed, so that nothing is built anew for it.
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  return found;
}
