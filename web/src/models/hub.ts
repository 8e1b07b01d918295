/** What a repository of the Hugging Face hub holds of a GPT-2, and what having it would cost. Weights are not touched. */
import { keptBytes, readConfig, type Shape } from './architecture';
import { ModelFailure } from './failure';
import { foreignByName } from './foreign';
import { sideFilesOf } from './side-files';
import { gitBlobId } from './hash';
import { fetchSmall, smallLimit, type Fetch } from './http';
import { HUB, PRESETS } from './presets';

export { HUB, PRESETS };

export interface RemoteFile {
  path: string;
  url: string;
  /** Bytes, when the listing tells. */
  size: number | null;
  /** Of files in the large-file store. */
  sha256: string | null;
  /** Git's SHA-1 of small files. */
  blob: string | null;
}

export interface HubPlan {
  endpoint: string;
  repository: string;
  revision: string;
  /** The files are taken from this commit, so that nothing can change half-way. */
  commit: string;
  config: string;
  shape: Shape;
  /** Text of model.safetensors.index.json, where the weights are in shards. */
  index: string | null;
  weights: RemoteFile[];
  tokenizer: RemoteFile[];
  downloadBytes: number;
  /** Estimate of what stays in the browser. */
  keptBytes: { q8: number; f32: number };
}

interface Listing {
  id?: string;
  sha?: string;
  siblings?: {
    rfilename: string;
    size?: number;
    blobId?: string;
    lfs?: { sha256?: string; size?: number };
  }[];
}

const REPOSITORY = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/;

/** "owner/name", or the address of a model's page pasted whole, perhaps with a revision. Throws `repositoryName`. */
export function parseRepository(text: string): { repository: string; revision: string | null } {
  let rest = text.trim();
  let revision: string | null = null;
  const address = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/(.*)$/i.exec(rest);
  if (address) {
    const parts = address[1]!.split(/[?#]/)[0]!.split('/').filter(Boolean);
    const cut = parts.findIndex((part) => part === 'tree' || part === 'blob' || part === 'resolve');
    if (cut >= 0) revision = parts[cut + 1] ? decodeURIComponent(parts[cut + 1]!) : null;
    rest = (cut >= 0 ? parts.slice(0, cut) : parts).join('/');
  }
  const at = rest.indexOf('@');
  if (at > 0) [rest, revision] = [rest.slice(0, at), rest.slice(at + 1) || null];
  if (!REPOSITORY.test(rest) || rest.includes('..') || rest.length > 140) {
    throw new ModelFailure('repositoryName', { text: text.slice(0, 80) });
  }
  return { repository: rest, revision };
}

export interface PlanRequest {
  endpoint?: string;
  repository: string;
  revision?: string | null;
  fetch?: Fetch;
  signal?: AbortSignal;
  /** Only scripts have one; the page asks no one for secrets. */
  token?: string;
}

/** Asks the hub what there is: its listing and config.json, some kilobytes. */
export async function planHubModel(request: PlanRequest): Promise<HubPlan> {
  const endpoint = (request.endpoint ?? HUB).replace(/\/+$/, '');
  const { repository } = request;
  const revision = request.revision || 'main';
  const options = {
    fetch: request.fetch,
    signal: request.signal,
    token: request.token,
    repository,
    revision,
  };
  const path = repository.split('/').map(encodeURIComponent).join('/');
  const answer = await fetchSmall(
    `${endpoint}/api/models/${path}/revision/${encodeURIComponent(revision)}?blobs=true`,
    options,
  );
  const listing = readListing(answer, endpoint);
  const commit = listing.sha ?? revision;
  const files = new Map<string, RemoteFile>();
  for (const entry of listing.siblings ?? []) {
    if (typeof entry.rfilename !== 'string') continue;
    files.set(entry.rfilename, {
      path: entry.rfilename,
      url: `${endpoint}/${path}/resolve/${encodeURIComponent(commit)}/${entry.rfilename.split('/').map(encodeURIComponent).join('/')}`,
      size: entry.lfs?.size ?? entry.size ?? null,
      sha256: entry.lfs?.sha256 ?? null,
      blob: entry.lfs ? null : (entry.blobId ?? null),
    });
  }
  const configFile = files.get('config.json');
  if (!configFile) throw new ModelFailure('noConfig', { place: repository });
  const text = async (file: RemoteFile) => new TextDecoder().decode(await fetchSmallFile(file, options));
  const config = await text(configFile);
  const { shape } = readConfig(config);
  const { index, weights } = await chooseWeights(files, repository, text);
  const tokenizer = sideFilesOf(files.keys()).map((name) => files.get(name)!);
  return {
    endpoint,
    repository,
    revision,
    commit,
    config,
    shape,
    index,
    weights,
    tokenizer,
    downloadBytes: [...weights, ...tokenizer].reduce((sum, file) => sum + (file.size ?? 0), 0),
    keptBytes: { q8: keptBytes(shape, false), f32: keptBytes(shape, true) },
  };
}

/** A hub can say anything: sizes are numbers, and hashes texts, or there is no listing. */
function isEntry(entry: unknown): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  const { size, lfs, blobId } = entry as Record<string, unknown>;
  const isSize = (value: unknown) => value == null || (Number.isSafeInteger(value) && Number(value) >= 0);
  const isText = (value: unknown) => value == null || typeof value === 'string';
  const { size: large, sha256 } = (lfs ?? {}) as Record<string, unknown>;
  return (
    isSize(size) &&
    isText(blobId) &&
    (lfs == null || typeof lfs === 'object') &&
    isSize(large) &&
    isText(sha256)
  );
}

function readListing(answer: Uint8Array, endpoint: string): Listing {
  try {
    const listing = JSON.parse(new TextDecoder().decode(answer)) as Listing;
    if (!Array.isArray(listing.siblings)) throw new Error('no list of files');
    if (listing.sha !== undefined && typeof listing.sha !== 'string') throw new Error('no commit');
    if (!listing.siblings.every(isEntry)) throw new Error('no file');
    return listing;
  } catch {
    throw new ModelFailure('answer', { host: new URL(endpoint).host });
  }
}

async function chooseWeights(
  files: Map<string, RemoteFile>,
  repository: string,
  text: (file: RemoteFile) => Promise<string>,
): Promise<Pick<HubPlan, 'index' | 'weights'>> {
  const whole = files.get('model.safetensors');
  if (whole) return { index: null, weights: [whole] };
  const listed = files.get('model.safetensors.index.json');
  if (!listed) {
    const pickled = ['pytorch_model.bin', 'pytorch_model.bin.index.json'].some((name) => files.has(name));
    if (pickled) throw new ModelFailure('onlyPickle', { place: repository });
    const file = [...files.keys()].find((name) => foreignByName(name.split('/').pop()!));
    if (!file) throw new ModelFailure('noWeights', { place: repository });
    throw new ModelFailure('foreign', { file, format: foreignByName(file.split('/').pop()!)! });
  }
  const index = await text(listed);
  const weights = shardsOfIndex(index).map((name) => {
    const file = files.get(name);
    if (!file) throw new ModelFailure('missingShard', { file: name });
    return file;
  });
  return { index, weights };
}

/** The file names of a model.safetensors.index.json, each once, in order of name. */
export function shardsOfIndex(text: string): string[] {
  let map: unknown;
  try {
    map = (JSON.parse(text) as { weight_map?: unknown }).weight_map;
  } catch {
    map = null;
  }
  const names = map && typeof map === 'object' ? [...new Set(Object.values(map))] : [];
  // A shard lies beside its index: a name that leads elsewhere is not followed.
  if (
    names.length === 0 ||
    !names.every((name) => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name))
  ) {
    throw new ModelFailure('badIndex');
  }
  return (names as string[]).sort();
}

type TextOptions = {
  fetch?: Fetch;
  signal?: AbortSignal;
  token?: string;
  repository: string;
  revision: string;
};

/** Bytes more than were said that are still read. */
const slack = 1 << 20;

/** A small file, checked against git's id of it. */
export async function fetchSmallFile(file: RemoteFile, options: TextOptions): Promise<Uint8Array> {
  for (let attempt = 0; ; attempt++) {
    // A file that is longer than was said is told by its length; one without end is not waited for.
    const most = file.size === null ? smallLimit : file.size + slack;
    const bytes = await fetchSmall(file.url, { ...options, most });
    const wrongLength = file.size !== null && bytes.length !== file.size;
    if (!wrongLength && (file.blob === null || (await gitBlobId(bytes)) === file.blob)) return bytes;
    if (attempt > 0) {
      throw wrongLength
        ? new ModelFailure('length', { file: file.path, got: bytes.length, wanted: file.size! })
        : new ModelFailure('hash', { file: file.path });
    }
  }
}
