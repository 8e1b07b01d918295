/** The three places a model comes from, each made ready for acquire.ts. */
import { readConfig } from './architecture';
import type { Prepared, WeightFile } from './acquire';
import type { Disk } from './disk';
import { patience, type Patience } from './download';
import { ModelFailure } from './failure';
import { sha256 } from './hash';
import { chooseTokenizer, fetchSmallFile, type HubPlan, shardsOfIndex } from './hub';
import type { Fetch } from './http';
import { type Journal, Parts } from './parts';

const encoder = new TextEncoder();

export interface SourceTools {
  disk: Disk;
  fetch?: Fetch;
  signal?: AbortSignal;
  patience?: Patience;
}

/** "openai-community/gpt2", with what makes it another file: the revision asked for, and exactness. */
export function hubId(repository: string, revision: string, exact: boolean): string {
  return repository + (revision === 'main' ? '' : `@${revision}`) + (exact ? ':f32' : '');
}

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
    origin: { kind: 'hub', endpoint, repository, revision, commit },
    discard: () => parts.discard(),
  };
}

/** What was opened, judged before anything is read but the small files. `folder`: what they lay in, which names the model. */
export async function prepareFiles(files: File[], exact: boolean, folder?: string): Promise<Prepared> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const place =
    folder ?? files.find((file) => file.name.endsWith('.safetensors'))?.name ?? files[0]?.name ?? '';
  const chosen = await chooseWeightFiles(byName, place);
  const text = byName.has('config.json')
    ? await byName.get('config.json')!.text()
    : await configInside(chosen[0]);
  if (text === null) throw new ModelFailure('noConfig', { place });
  const { shape } = readConfig(text);
  const small = [{ name: 'config.json', bytes: encoder.encode(text) }];
  for (const name of chooseTokenizer([...byName.keys()])) {
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
    origin: { kind: 'files', names: files.map((file) => file.name) },
    weights: chosen.map((file) => ({
      name: file.name,
      size: file.size,
      async *stream(watch) {
        watch.stage('reading');
        for (let at = 0; at < file.size; at += FILE_PIECE) {
          let piece: ArrayBuffer;
          try {
            piece = await file.slice(at, at + FILE_PIECE).arrayBuffer();
          } catch {
            // The file was moved, changed or taken away with its medium while it was read.
            throw new ModelFailure('gone', { name: file.name });
          }
          yield new Uint8Array(piece);
        }
      },
    })),
  };
}

const FILE_PIECE = 4 << 20;

async function chooseWeightFiles(byName: Map<string, File>, place: string): Promise<File[]> {
  const whole = byName.get('model.safetensors');
  if (whole) return [whole];
  const index = byName.get('model.safetensors.index.json');
  if (index) {
    return shardsOfIndex(await index.text()).map((name) => {
      const file = byName.get(name);
      if (!file) throw new ModelFailure('missingShard', { file: name });
      return file;
    });
  }
  const others = [...byName.values()].filter((file) => file.name.endsWith('.safetensors'));
  if (others.length === 1) return others;
  const pickled = [...byName.keys()].some((name) => /\.(bin|pt|pth)$/.test(name));
  throw new ModelFailure(pickled ? 'onlyPickle' : 'noWeights', { place });
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
