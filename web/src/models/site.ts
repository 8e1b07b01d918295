/** Models that whoever hosts the page has put beside it with `npm run model`, in pieces any static host takes. */
import type { Prepared } from './acquire';
import { readConfig } from './architecture';
import { patience } from './download';
import { isFailure, ModelFailure } from './failure';
import { sha256 } from './hash';
import { fetchSmall, type SmallOptions } from './http';
import type { RemoteFile } from './hub';
import { type Journal, Parts } from './parts';
import type { SourceTools } from './sources';
import type { HubAddress, OriginalFile } from './store';

/** One entry of models/models.json. */
export interface SiteModel {
  id: string;
  name: string;
  /** Folder, relative to models/. */
  folder: string;
  dtype: 'q8' | 'f16' | 'f32';
  parameters: number;
  bytes: number;
  /** Of the weights: another one than that of a kept copy means that it is newer. */
  sha256: string;
  /** Bytes of the weights before they were rounded, where the host has placed those too. */
  exactBytes?: number;
}

interface SitePiece {
  name: string;
  bytes: number;
  sha256: string;
}

/** A file of weights in pieces, to be joined in this order. */
interface SiteWeights {
  bytes: number;
  sha256: string;
  pieces: SitePiece[];
}

/** models/<name>/manifest.json */
export interface SiteManifest extends SiteWeights {
  format: 1;
  id: string;
  name: string;
  dtype: 'q8' | 'f16' | 'f32';
  /** The files it was made of, where the host has placed those too. */
  exact?: (SiteWeights & { name: string })[];
  /** Where it came from. */
  source: ({ kind: 'folder' } | ({ kind: 'hub' } & HubAddress)) & { weights: OriginalFile[] };
  /** config.json, tokenizer files, card.json. */
  files: SitePiece[];
}

/**
 * What the site offers; nothing when it has no list, and null when the list did not come. `base` is the address of the folder
 * models/.
 */
export async function listSiteModels(
  base: string,
  tools: Pick<SmallOptions, 'fetch' | 'signal' | 'stall'> = {},
): Promise<SiteModel[] | null> {
  // Offline there is nothing to be had from the site but what is kept.
  if (globalThis.navigator?.onLine === false) return [];
  let answer: Uint8Array;
  try {
    answer = await fetchSmall(new URL('models.json', base).href, { ...tools, cache: 'no-cache' });
  } catch (error) {
    return isFailure(error, 'noRepository', 'noFile', 'forbidden') ? [] : null;
  }
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(answer));
    const models =
      typeof list === 'object' && list !== null && 'models' in list && Array.isArray(list.models)
        ? list.models
        : [];
    return models.filter(isSiteModel);
  } catch {
    // Hosts of single-page sites answer with the page for a file they do not have.
    return [];
  }
}

function isSiteModel(value: unknown): value is SiteModel {
  const model = value as SiteModel;
  return (
    typeof model === 'object' &&
    model !== null &&
    typeof model.id === 'string' &&
    typeof model.name === 'string' &&
    typeof model.folder === 'string' &&
    /^[\w.-]+$/.test(model.folder) &&
    Number.isFinite(model.bytes) &&
    Number.isFinite(model.parameters)
  );
}

/** `base`: address of the model's folder. `exact`: what it was made of where that is there, or its own weights as 32-bit floats. */
export async function prepareSite(base: string, exact: boolean, tools: SourceTools): Promise<Prepared> {
  const folder = base.endsWith('/') ? base : `${base}/`;
  const manifest = await readManifest(folder, tools);
  const remote = (piece: SitePiece): RemoteFile => ({
    path: piece.name,
    url: new URL(piece.name, folder).href,
    size: piece.bytes,
    sha256: piece.sha256,
    blob: null,
  });
  const small = [];
  for (const file of manifest.files)
    small.push({ name: file.name, bytes: await fetchPiece(remote(file), tools) });
  const config = new TextDecoder().decode(small.find((file) => file.name === 'config.json')?.bytes);
  if (!config) throw new ModelFailure('noConfig', { place: folder });
  const files = (exact && manifest.exact) || [{ ...manifest, name: 'model.safetensors' }];
  const id = manifest.id + (exact ? ':f32' : '');
  const journal: Journal = {
    format: 1,
    id,
    version: manifest.sha256,
    name: manifest.name,
    request: { site: folder, exact },
    total: files.reduce((sum, { bytes }) => sum + bytes, 0),
    etags: files.flatMap(({ pieces }) => pieces.map(() => null)),
  };
  const parts = await Parts.open(tools.disk, journal);
  return {
    id,
    name: manifest.name,
    exact,
    small,
    config,
    shape: readConfig(config).shape,
    origin: {
      kind: 'site',
      base: folder,
      sha256: manifest.sha256,
      hub: manifest.source.kind === 'hub' ? addressOf(manifest.source) : null,
      weights: manifest.source.weights,
    },
    weights: files.map((file, index) => {
      const before = files.slice(0, index).reduce((sum, { pieces }) => sum + pieces.length, 0);
      return {
        name: file.name,
        size: file.bytes,
        async *stream(watch) {
          for (const [number, piece] of file.pieces.map(remote).entries()) {
            watch.stage('downloading');
            const options = {
              fetch: tools.fetch,
              signal: tools.signal,
              url: piece.url,
              size: piece.size,
              patience: tools.patience ?? patience,
              onPause: (failure: ModelFailure, milliseconds: number) => watch.pause(failure, milliseconds),
            };
            yield* parts.stream(before + number, piece, options, (replaying) =>
              watch.stage(replaying ? 'replaying' : 'downloading'),
            );
          }
        },
      };
    }),
    discard: () => parts.discard(),
  };
}

const addressOf = ({ endpoint, repository, revision, commit }: HubAddress): HubAddress => ({
  endpoint,
  repository,
  revision,
  commit,
});

async function readManifest(folder: string, tools: SourceTools): Promise<SiteManifest> {
  const { fetch, signal } = tools;
  const address = new URL('manifest.json', folder).href;
  const answer = await fetchSmall(address, { fetch, signal, repository: folder });
  try {
    const manifest = JSON.parse(new TextDecoder().decode(answer)) as SiteManifest;
    const weights = [manifest, ...(manifest.exact ?? [])];
    const named = [...weights.flatMap(({ pieces }) => pieces), ...manifest.files].every(
      (piece) => /^[\w.-]+$/.test(piece.name) && Number.isSafeInteger(piece.bytes),
    );
    const whole = weights.every(({ pieces }) => pieces.length > 0) && manifest.exact?.length !== 0;
    if (manifest.format !== 1 || !named || !whole || !Array.isArray(manifest.source.weights))
      throw new Error('not a manifest');
    return manifest;
  } catch {
    throw new ModelFailure('answer', { host: folder });
  }
}

async function fetchPiece(file: RemoteFile, tools: SourceTools): Promise<Uint8Array<ArrayBuffer>> {
  for (let attempt = 0; ; attempt++) {
    const bytes = await fetchSmall(file.url, { fetch: tools.fetch, signal: tools.signal });
    if ((await sha256(bytes)) === file.sha256) return bytes;
    if (attempt > 0) throw new ModelFailure('hash', { file: file.path });
  }
}
