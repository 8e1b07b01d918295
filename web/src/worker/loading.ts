/**
 * Brings a model into the engine: weights stream straight into its memory while configuration, tokenizer and card
 * arrive beside them. Nothing is left behind when it fails half-way.
 */
import { type Abi, EngineRefusal, EngineTrap, type Handle, loadAs } from '../wasm/abi';
import type { LoadProgress, ModelInfo, ModelSource } from '../protocol/protocol';
import type { ModelFiles, OpenFile } from '../models/model-files';
import { generationConfig, tokenizerFiles } from '../models/side-files';
import {
  filesOf,
  joined,
  missing,
  other,
  readChunks,
  readVerified,
  twice,
  verify,
  weightsFile,
  weightsHash,
} from '../models/source-files';
import type { Beside } from '../protocol/experiments';
import { Vocabulary } from './vocabulary';

export interface LoadedModel {
  info: ModelInfo;
  model: Handle;
  session: Handle;
  /** 0: none. */
  tokenizer: Handle;
  vocabulary: Vocabulary;
  /** The runs beside the one on screen, once there are any. */
  beside?: Partial<Record<Beside, RunBeside>>;
  /** The same for a second prompt's, and its tokens. */
  other?: { session: Handle; ids: string };
  /** The mean of all tokens' embeddings, once it was needed. */
  average?: Float32Array;
}

export interface RunBeside {
  session: Handle;
  /** The run on screen that it belongs to; -1 while it is computed. */
  run: number;
  /** What it was asked for. */
  asked: string;
  /** The model as questions about it see it: another object for another run. */
  model: LoadedModel;
}

/** config.json and generation_config.json. */
type Configs = [Uint8Array | null, Uint8Array | null];
type Report = (progress: LoadProgress) => void;

/** Longest that a model that is there waits for what it says about itself, ms. */
const cardPatience = 3000;
/** Milliseconds between two reports of progress. */
const reportInterval = 50;

const utf8 = new TextDecoder();

export async function loadModel(
  abi: Abi,
  source: ModelSource,
  signal: AbortSignal,
  report: Report,
): Promise<LoadedModel> {
  const files = filesOf(source);
  // Anything that fails stops the other downloads.
  const stop = new AbortController();
  const onabort = () => stop.abort(signal.reason);
  if (signal.aborted) onabort();
  signal.addEventListener('abort', onabort);
  const read = (name: string) => readVerified(files, name, stop.signal);
  const configs = Promise.all([read('config.json'), read(generationConfig)]);
  const weights = loadWeights(abi, source, files, configs, stop.signal, report);
  const tokenizer = loadTokenizer(abi, read, report);
  const card = read('card.json')
    .then(readCard)
    .catch((): Card => ({}));
  try {
    const parts = await Promise.all([weights, tokenizer]);
    const told = await Promise.race([card, later<Card>(cardPatience, {})]);
    signal.throwIfAborted();
    return assemble(abi, source, ...parts, told);
  } catch (reason) {
    stop.abort(reason);
    // What still comes is given back; in an engine that has crashed there is nothing to give back.
    weights.then((model) => abi.modelFree(model)).catch(() => undefined);
    tokenizer.then((handle) => abi.tokenizerFree(handle)).catch(() => undefined);
    throw signal.aborted ? signal.reason : reason;
  } finally {
    signal.removeEventListener('abort', onabort);
  }
}

const later = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), milliseconds));

async function loadWeights(
  abi: Abi,
  source: ModelSource,
  files: ModelFiles,
  configs: Promise<Configs>,
  signal: AbortSignal,
  report: Report,
): Promise<Handle> {
  const open = (anew: boolean) => files.open(files.weights[0] ?? weightsFile, signal, anew);
  // The first file is on its way before the configuration is here.
  const begun = open(false);
  begun.catch(() => undefined);
  const json = await configs;
  const stream = async (anew: boolean) =>
    streamWeights(abi, source, files, json, await (anew ? open(true) : begun), signal, report, anew);
  return twice(stream, signal);
}

async function streamWeights(
  abi: Abi,
  source: ModelSource,
  files: ModelFiles,
  [config, generation]: Configs,
  first: OpenFile | null,
  signal: AbortSignal,
  report: Report,
  anew: boolean,
): Promise<Handle> {
  // A reader's own checkpoint becomes int8 as it arrives; what a site serves stays as it was made.
  const loader = abi.loaderNew(
    config ?? '',
    source.kind === 'files' && !source.exact ? loadAs.q8 : loadAs.stored,
    generation ?? '',
  );
  try {
    let received = 0;
    let reported = -Infinity;
    for (const [index, name] of files.weights.entries()) {
      const file = index === 0 ? first : await files.open(name, signal, anew);
      if (!file) throw missing(name, files.where);
      const total = files.total ?? (files.weights.length === 1 ? file.size : null);
      const chunks: Uint8Array[] = [];
      const take = (chunk: Uint8Array) => {
        if (file.sha256 !== undefined) chunks.push(chunk);
        abi.loaderWrite(loader, chunk);
        received += chunk.length;
        const now = performance.now();
        if (now - reported < reportInterval && received !== total) return;
        reported = now;
        report({ stage: 'weights', received, total });
      };
      try {
        abi.loaderBeginFile(loader, file.size);
        await readChunks(file, signal, take);
      } catch (refusal) {
        // What the engine refuses of a file that is known byte for byte came damaged: the first time it is asked for anew.
        throw !anew && file.sha256 !== undefined && refusal instanceof EngineRefusal ? other(file) : refusal;
      }
      await verify(file, joined(chunks));
    }
    return abi.loaderFinish(loader);
  } catch (reason) {
    // After a trap nothing can be freed, and the first reason is the one to tell.
    if (!(reason instanceof EngineTrap)) abi.loaderFree(loader);
    throw reason;
  }
}

/** The handle, or 0 where no file makes a tokenizer. */
async function loadTokenizer(
  abi: Abi,
  read: (name: string) => Promise<Uint8Array | null>,
  report: Report,
): Promise<Handle> {
  const files: Record<string, Uint8Array> = {};
  const opened = await Promise.all(tokenizerFiles.map(async (name) => [name, await read(name)] as const));
  for (const [name, bytes] of opened) if (bytes) files[name] = bytes;
  const received = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  report({ stage: 'tokenizer', received, total: received });
  try {
    return abi.tokenizerNew(files);
  } catch (error) {
    if (error instanceof EngineRefusal && error.reason.code === 'tokenizer_none') return 0;
    throw error;
  }
}

/** What a model says about itself; optional, and never a reason to refuse the model. */
interface Card {
  name?: string;
  about?: Record<string, string>;
}

function readCard(bytes: Uint8Array | null): Card {
  if (!bytes) return {};
  const json: unknown = JSON.parse(utf8.decode(bytes));
  if (typeof json !== 'object' || json === null) return {};
  const card: Card = {};
  if ('name' in json && typeof json.name === 'string') card.name = json.name;
  if ('about' in json && typeof json.about === 'object' && json.about !== null) {
    card.about = Object.fromEntries(
      Object.entries(json.about).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }
  return card;
}

function assemble(abi: Abi, source: ModelSource, model: Handle, tokenizer: Handle, card: Card): LoadedModel {
  const told = tokenizer ? abi.tokenizerInfo(tokenizer) : { endOfText: -1, documentMark: -1 };
  const texts = tokenizer ? abi.tokenizerVocabulary(tokenizer) : undefined;
  const { beginToken, ...shape } = abi.modelInfo(model);
  if (tokenizer && told.documentMark < 0 && beginToken >= 0) abi.tokenizerMark(tokenizer, beginToken);
  const info: ModelInfo = {
    ...shape,
    id: source.id,
    name: source.kind === 'site' ? (card.name ?? source.id) : source.name,
    hasTokenizer: tokenizer !== 0,
    endTokens: shape.endTokens.length > 0 || told.endOfText < 0 ? shape.endTokens : [told.endOfText],
    documentMark: tokenizer === 0 ? -1 : told.documentMark < 0 ? beginToken : told.documentMark,
  };
  const hash = weightsHash(source);
  if (hash !== undefined) info.sha256 = hash;
  if (card.about) info.about = card.about;
  return {
    info,
    model,
    tokenizer,
    session: abi.sessionNew(model),
    vocabulary: new Vocabulary(texts?.offsets, texts?.bytes),
  };
}

export function freeModel(abi: Abi, loaded: LoadedModel): void {
  abi.sessionFree(loaded.session);
  if (loaded.other) abi.sessionFree(loaded.other.session);
  for (const { session } of Object.values(loaded.beside ?? {})) abi.sessionFree(session);
  abi.modelFree(loaded.model);
  if (loaded.tokenizer) abi.tokenizerFree(loaded.tokenizer);
}
