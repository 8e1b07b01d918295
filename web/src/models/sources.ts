/** The three places a model comes from, each made ready for acquire.ts. */
import type { ForeignFormat } from '../protocol/foreign-formats.gen';
import type { FailureValues } from '../protocol/model-failure';
import type { ModelSource } from '../protocol/protocol';
import { sourceName } from './bundled';
import { readConfig } from './architecture';
import type { Prepared, WeightFile } from './acquire';
import type { Disk } from './disk';
import { patience, type Patience } from './download';
import { plainNamed } from './by-content';
import { ModelFailure } from './failure';
import { foreignAmong, foreignByName, foreignFormat } from './foreign';
import { sha256, streamHash } from './hash';
import { fetchSmallFile, type HubPlan, shardsOfIndex } from './hub';
import type { Fetch } from './http';
import { sideFilesOf } from './side-files';
import { type Journal, Parts } from './parts';
import { hubId } from './presets';
import { findKept, type Manifest, type OriginalFile, readKept } from './store';

const encoder = new TextEncoder();

export interface SourceTools {
  disk: Disk;
  fetch?: Fetch;
  signal?: AbortSignal;
  patience?: Patience;
}

export { hubId };

export async function prepareHub(plan: HubPlan, exact: boolean, tools: SourceTools): Promise<Prepared> {
  const id = hubId(plan.repository, plan.revision, exact);
  const { fetch, signal } = tools;
  const { repository, revision, commit, endpoint } = plan;
  const ask = { fetch, signal, repository, revision };
  const small = [{ name: 'config.json', bytes: encoder.encode(plan.config) }];
  for (const file of plan.tokenizer)
    small.push({ name: file.path, bytes: (await fetchSmallFile(file, ask)) as Uint8Array<ArrayBuffer> });
  const journal: Journal = {
    format: 1,
    id,
    version: commit,
    name: repository,
    request: { endpoint, repository, revision, exact },
    total: plan.weights.reduce((sum, file) => sum + (file.size ?? 0), 0),
    etags: plan.weights.map(() => null),
  };
  const parts = await Parts.open(tools.disk, journal);
  const weights = plan.weights.map((file, index): WeightFile => ({
    name: file.path,
    size: file.size,
    stream(watch) {
      watch.stage('downloading');
      const options = {
        ...ask,
        url: file.url,
        size: file.size,
        patience: tools.patience ?? patience,
        onPause: (failure: ModelFailure, milliseconds: number) => watch.pause(failure, milliseconds),
      };
      return parts.stream(index, file, options, (replaying) =>
        watch.stage(replaying ? 'replaying' : 'downloading'),
      );
    },
  }));
  return {
    id,
    name: repository,
    exact,
    small,
    weights,
    config: plan.config,
    shape: plan.shape,
    origin: {
      kind: 'hub',
      endpoint,
      repository,
      revision,
      commit,
      weights: plan.weights.map(({ path, size, sha256 }) => ({ name: path, bytes: size, sha256 })),
    },
    discard: () => parts.discard(),
  };
}

/** What was opened, judged before anything is read but the small files. `folder`: what they lay in, which names the model. */
export async function prepareFiles(files: File[], exact: boolean, folder?: string): Promise<Prepared> {
  if (files.length === 0) throw new ModelFailure('nothingChosen');
  const byName = new Map(files.map((file) => [file.name, file]));
  const first = files.find((file) => file.name.endsWith('.safetensors')) ?? files[0];
  // One of several shards does not name them all.
  const place = folder ?? first.name.replace(/-\d+-of-\d+(?=\.safetensors$)/, '');
  const chosen = await chooseWeightFiles(byName, folder);
  for (const file of chosen) await refuseForeign(file);
  const config = byName.get('config.json');
  if (config) await refuseForeign(config, 'JSON');
  const text = config ? await config.text() : await configInside(chosen[0]);
  if (text === null) throw new ModelFailure('noConfig', whereOf(files, folder));
  const { shape } = readConfig(text);
  const originals: OriginalFile[] = chosen.map(({ name, size }) => ({ name, bytes: size, sha256: null }));
  const small = [{ name: 'config.json', bytes: encoder.encode(text) }];
  for (const name of sideFilesOf(byName.keys())) {
    small.push({ name, bytes: new Uint8Array(await byName.get(name)!.arrayBuffer()) });
  }
  // Other files of the same name are another model.
  const which = await sha256(
    encoder.encode(JSON.stringify(chosen.map((file) => [file.name, file.size, file.lastModified]))),
  );
  return {
    id: `file:${place}#${which.slice(0, 8)}${exact ? ':f32' : ''}`,
    name: place,
    exact,
    small,
    config: text,
    shape,
    origin: { kind: 'files', weights: originals },
    weights: chosen.map((file, index) => fileOfWeights(file, (sha256) => (originals[index].sha256 = sha256))),
  };
}

const FILE_PIECE = 4 << 20;

/** A file on this computer; `told` is called with its SHA-256 when all of it has been read. */
function fileOfWeights(file: File, told: (sha256: string) => void): WeightFile {
  return {
    name: file.name,
    size: file.size,
    async *stream(watch) {
      watch.stage('reading');
      const hash = await streamHash();
      for (let at = 0; at < file.size; at += FILE_PIECE) {
        let piece: Uint8Array;
        try {
          piece = new Uint8Array(await file.slice(at, at + FILE_PIECE).arrayBuffer());
        } catch {
          // The file was moved, changed or taken away with its medium while it was read.
          throw new ModelFailure('gone', { name: file.name });
        }
        hash.update(piece);
        yield piece;
      }
      told(hash.digest());
    },
  };
}

/**
 * The original of a model, opened again to be compared with. Throws `missingShard` or `otherFile` at once, and
 * `otherFile` from the stream when all has been read and is not what was recorded.
 */
export function prepareOriginal(
  files: File[],
  wanted: OriginalFile[],
  model: { name: string; config: string },
): Prepared {
  const chosen = matchOriginals(files, wanted);
  return {
    id: `original:${model.name}`,
    name: model.name,
    exact: true,
    small: [],
    config: model.config,
    shape: readConfig(model.config).shape,
    origin: { kind: 'files', weights: wanted },
    weights: chosen.map((file, index) =>
      fileOfWeights(file, (sha256) => {
        if (wanted[index].sha256 !== null && sha256 !== wanted[index].sha256)
          throw new ModelFailure('otherFile', { file: file.name });
      }),
    ),
  };
}

/** Of each wanted file the chosen one. A single file may have been renamed; among several the names tell. */
function matchOriginals(files: File[], wanted: OriginalFile[]): File[] {
  const plain = plainNamed(files);
  const weights = plain.filter(({ name }) => name.endsWith('.safetensors'));
  return wanted.map(({ name, bytes }) => {
    const alone = wanted.length === 1 && weights.length === 1 ? weights[0] : undefined;
    const file = plain.find((one) => one.name === name) ?? alone;
    if (!file) throw new ModelFailure('missingShard', { file: name });
    if (bytes !== null && file.size !== bytes)
      throw new ModelFailure('otherFile', { file: file.name, got: file.size, wanted: bytes });
    return file;
  });
}

/** A kept model's own file, to be turned into another form. */
export async function prepareKept(disk: Disk, id: string, exact: boolean): Promise<Prepared> {
  const model = await findKept(disk, id);
  if (!model) throw new ModelFailure('gone', { name: id });
  const weights = model.files[0];
  return {
    id,
    name: model.name,
    exact,
    small: [],
    config: await keptConfig(disk, model),
    shape: model.shape,
    origin: model.origin,
    weights: [
      {
        name: weights.name,
        size: weights.bytes,
        stream(watch) {
          watch.stage('reading');
          return readKept(disk, model, weights.name);
        },
      },
    ],
  };
}

async function keptConfig(disk: Disk, model: Manifest): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of readKept(disk, model, 'config.json'))
    text += decoder.decode(part, { stream: true });
  return text;
}

/** The config.json of a model that is in use: kept, or handed over as files. Throws `gone` or `noConfig`. */
export async function configOf(source: ModelSource, disk: Disk): Promise<string> {
  if (source.kind === 'kept') {
    const model = await findKept(disk, source.id);
    if (!model) throw new ModelFailure('gone', { name: source.name });
    return keptConfig(disk, model);
  }
  const file = source.kind === 'files' ? source.files.find(({ name }) => name === 'config.json') : undefined;
  if (!file) throw new ModelFailure('noConfig', { place: sourceName(source) });
  return file.text();
}

/** Where something was looked for: a folder's name, or those of the files themselves. */
function whereOf(files: File[], folder?: string): FailureValues {
  if (folder) return { place: folder };
  const cut = (name: string) => (name.length > 40 ? `${name.slice(0, 40)}…` : name);
  const names = files.slice(0, 4).map(({ name }) => cut(name));
  return { files: [...names, ...(files.length > 4 ? ['…'] : [])].join(', ') };
}

async function refuseForeign(file: File, ...allowed: ForeignFormat[]): Promise<void> {
  const format = await foreignFormat(file);
  if (format && !allowed.includes(format)) throw foreign(file, format);
}

const foreign = ({ name: file }: File, format: ForeignFormat) =>
  format === 'pickle'
    ? new ModelFailure('onlyPickle', { place: file })
    : new ModelFailure('foreign', { file, format });

/** The files of weights among those of a folder, or among those that were chosen one by one. */
async function chooseWeightFiles(byName: Map<string, File>, folder?: string): Promise<File[]> {
  const whole = byName.get('model.safetensors');
  if (whole) return [whole];
  const index = byName.get('model.safetensors.index.json');
  if (index) {
    await refuseForeign(index, 'JSON');
    return shardsOfIndex(await index.text()).map((name) => {
      const file = byName.get(name);
      if (!file) throw new ModelFailure('missingShard', { file: name });
      return file;
    });
  }
  const others = [...byName.values()].filter((file) => file.name.endsWith('.safetensors'));
  const own = others.filter(({ name }) => foreignByName(name) === null);
  if (own.length === 1) return own;
  if (own.length > 1) throw new ModelFailure('severalWeights', { files: whereOf(own).files! });
  const files = [...byName.values()];
  const other = await foreignAmong(files);
  throw other ? foreign(other.file, other.format) : new ModelFailure('noWeights', whereOf(files, folder));
}

/** The configuration a safetensors file of ours carries in its header, or null. */
async function configInside(file: File): Promise<string | null> {
  if (file.size < 8) return null;
  const length = Number(new DataView(await file.slice(0, 8).arrayBuffer()).getBigUint64(0, true));
  if (length > HEADER_LIMIT || length + 8 > file.size) return null;
  try {
    const header = JSON.parse(await file.slice(8, 8 + length).text()) as {
      __metadata__?: { config?: unknown };
    };
    const config = header.__metadata__?.config;
    return typeof config === 'string' ? config : null;
  } catch {
    return null;
  }
}

const HEADER_LIMIT = 100_000_000;
