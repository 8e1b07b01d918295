/**
 * From a source to a model this browser can use: weights stream through the engine, which turns each tensor into its
 * own form as soon as it is complete; the result is written where models are kept, or handed over as files where
 * nothing can be kept.
 */
import type { Shape } from './architecture';
import type { Disk } from './disk';
import type { PlainFailure } from '../protocol/model-failure';
import { isFailure, ModelFailure } from './failure';
import type { Locks } from './locks';
import { generationConfig, tokenizerFiles } from './side-files';
import type { ModelInfo } from '../protocol/protocol';
import { Meter, type Progress, type Stage } from './progress';
import {
  commit,
  findKept,
  folderOf,
  type KeptFile,
  KeptWriter,
  type Manifest,
  type Origin,
  versionOf,
} from './store';

/** The engine as this module sees it; see converter.ts. */
export interface Converter {
  /** Why these files make no tokenizer that can be used here; null when they do. */
  complaint(files: SmallFile[]): PlainFailure | null;
  /** Begins a model; an unfinished one is dropped. Throws `weights` with the engine's own words, as all calls do. */
  begin(config: string, exact: boolean, generation?: Uint8Array): void;
  beginFile(size: number | null): void;
  write(bytes: Uint8Array): void;
  /** The finished model's file, piece by piece. */
  finish(): Converted;
}

export interface Converted {
  dtype: 'q8' | 'f32';
  tying: ModelInfo['tying'];
  bytes: number;
  pieces: () => Iterable<Uint8Array<ArrayBuffer>>;
}

export interface SmallFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export interface WeightFile {
  name: string;
  size: number | null;
  /** From the first byte; may be called again after a failure. */
  stream(watch: StreamWatch): AsyncGenerator<Uint8Array>;
}

export interface StreamWatch {
  stage(stage: Stage): void;
  pause(failure: ModelFailure, milliseconds: number): void;
}

export interface Prepared {
  id: string;
  name: string;
  origin: Origin;
  shape: Shape;
  config: string;
  exact: boolean;
  /** Everything but the weights: config.json, card.json, tokenizer. */
  small: SmallFile[];
  weights: WeightFile[];
  /** Forgets what was put aside for resuming. */
  discard?: () => Promise<void>;
}

export interface Tools {
  disk: Disk;
  locks: Locks;
  converter: () => Promise<Converter>;
  keep: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Something went wrong and is being tried again. */
  onNotice?: (failure: PlainFailure) => void;
  now?: () => number;
}

export interface Acquired {
  id: string;
  name: string;
  dtype: 'q8' | 'f32';
  bytes: number;
  /** Null when it is kept. */
  files: File[] | null;
  /** Why it was not kept although that was asked for. */
  notKept: PlainFailure | null;
  /** What else is to be told about it. */
  notes: PlainFailure[];
  origin: Origin;
}

/** Milliseconds between two reports. */
const REPORT_EVERY = 100;
const WEIGHTS = 'model.safetensors';
/** What is said of weights that file and configuration do not agree on. */
const tyingNote = { as_head: 'tiedAsHead', differs: 'untied' } as const;
/** How often a model that arrives wrong is fetched anew. */
const ATTEMPTS = 2;

/** Throws ModelFailure: `busy` when another tab is at the same model, `cancelled`, or what went wrong. */
export async function acquire(model: Prepared, tools: Tools): Promise<Acquired> {
  const held = await tools.locks.attempt(model.id, 'exclusive', async () => {
    const kept = await findKept(tools.disk, model.id);
    // Another version of it is replaced.
    if (kept && versionOf(kept.origin) === versionOf(model.origin)) {
      const { id, name, dtype, bytes, origin } = kept;
      return { id, name, dtype, bytes, origin, files: null, notKept: null, notes: [] };
    }
    return convertAndKeep(model, tools);
  });
  if (!held) throw new ModelFailure('busy', { name: model.name, id: model.id });
  return held.result;
}

async function convertAndKeep(model: Prepared, tools: Tools): Promise<Acquired> {
  const report = new Reporter(model, tools);
  const notes: PlainFailure[] = [];
  const complaint = (await tools.converter()).complaint(model.small);
  if (complaint !== null) {
    model = {
      ...model,
      small: model.small.filter(({ name }) => !(tokenizerFiles as readonly string[]).includes(name)),
    };
    notes.push(complaint);
  }
  const converted = await convert(model, tools, report);
  if (converted.tying !== 'plain') notes.push(new ModelFailure(tyingNote[converted.tying]).plain());
  report.stage('saving');
  const { id, name, origin } = model;
  const done = { id, name, origin, notes, dtype: converted.dtype, bytes: converted.bytes };
  let notKept: PlainFailure | null = null;
  if (tools.keep) {
    notKept = await keep(model, converted, tools);
    if (notKept?.code === 'quota') {
      // The source's bytes have served; their room may be what is missing.
      await model.discard?.();
      notKept = await keep(model, converted, tools);
    }
  }
  await model.discard?.();
  if (tools.keep && !notKept) return { ...done, files: null, notKept: null };
  const weights = new File([...converted.pieces()], WEIGHTS);
  return {
    ...done,
    files: [weights, ...model.small.map(({ name, bytes }) => new File([bytes], name))],
    notKept,
  };
}

/** Streams the weights through the engine. Nothing is kept. */
export async function convert(
  model: Prepared,
  tools: Omit<Tools, 'disk' | 'locks' | 'keep'>,
  report = new Reporter(model, tools),
): Promise<Converted> {
  for (let attempt = 1; ; attempt++) {
    const converter = await tools.converter();
    report.restart();
    try {
      converter.begin(
        model.config,
        model.exact,
        model.small.find(({ name }) => name === generationConfig)?.bytes,
      );
      for (const file of model.weights) {
        converter.beginFile(file.size);
        for await (const chunk of file.stream(report)) {
          if (tools.signal?.aborted) throw new ModelFailure('cancelled');
          converter.write(chunk);
          report.received(chunk.length);
        }
      }
      return converter.finish();
    } catch (error) {
      // What arrived wrong was forgotten by its source; what was made of it is dropped here. Bytes that make no sense
      // may be damage that the hash at the end would have told: only what is wrong twice is the file's own fault.
      const again =
        isFailure(error, 'hash', 'length', 'changed') || (isFailure(error, 'weights') && model.discard);
      if (!again || attempt >= ATTEMPTS) throw error;
      if (isFailure(error, 'weights')) await model.discard!();
      tools.onNotice?.((error as ModelFailure).plain());
    } finally {
      report.quiet();
    }
  }
}

async function keep(model: Prepared, converted: Converted, tools: Tools): Promise<PlainFailure | null> {
  let writer: KeptWriter | null = null;
  try {
    const files: KeptFile[] = [];
    const save = async (name: string, pieces: Iterable<Uint8Array>) => {
      writer = await KeptWriter.create(tools.disk, model.id, name);
      for (const piece of pieces) {
        if (tools.signal?.aborted) throw new ModelFailure('cancelled');
        await writer.write(piece);
      }
      files.push(await writer.close());
      writer = null;
    };
    await tools.disk.remove(`${folderOf(model.id)}/manifest.json`);
    await save(WEIGHTS, converted.pieces());
    for (const { name, bytes } of model.small) await save(name, [bytes]);
    const { id, name, origin, shape } = model;
    const manifest: Manifest = {
      format: 2,
      id,
      name,
      dtype: converted.dtype,
      shape,
      origin,
      files,
      kept: new Date().toISOString(),
    };
    await commit(tools.disk, manifest);
    return null;
  } catch (error) {
    await (writer as KeptWriter | null)?.abandon();
    await tools.disk.remove(folderOf(model.id)).catch(() => undefined);
    const failure = ModelFailure.from(error);
    if (failure.code === 'cancelled') throw failure;
    return failure.plain();
  }
}

class Reporter implements StreamWatch {
  private readonly meter = new Meter();
  private readonly total: number | null;
  private readonly now: () => number;
  private bytes = 0;
  private reported = -Infinity;
  private late: ReturnType<typeof setTimeout> | undefined;
  private current: Stage = 'downloading';

  constructor(
    model: Prepared,
    private readonly tools: Pick<Tools, 'now' | 'onNotice' | 'onProgress'>,
  ) {
    this.now = tools.now ?? (() => performance.now());
    const sizes = model.weights.map((file) => file.size);
    this.total = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + size!, 0);
  }

  /** Says nothing more by itself. */
  quiet(): void {
    clearTimeout(this.late);
    this.late = undefined;
  }

  restart(): void {
    this.bytes = 0;
    this.meter.restart();
  }

  stage(stage: Stage): void {
    if (stage !== this.current) this.meter.restart();
    this.current = stage;
    this.tell();
  }

  pause(failure: ModelFailure, milliseconds: number): void {
    this.meter.restart();
    this.tools.onNotice?.(failure.plain());
    this.tell('pausing', milliseconds);
  }

  received(bytes: number): void {
    this.bytes += bytes;
    const wait = this.reported + REPORT_EVERY - this.now();
    if (wait <= 0 || this.bytes === this.total) this.measure();
    // The last bytes before a silence are told too.
    else this.late ??= setTimeout(() => this.measure(), wait);
  }

  private measure(): void {
    this.meter.add(this.now(), this.bytes);
    this.tell();
  }

  private tell(stage: Stage = this.current, pause?: number): void {
    this.quiet();
    this.reported = this.now();
    const { bytes: received, total } = this;
    this.tools.onProgress?.({
      stage,
      received,
      total,
      rate: this.meter.rate(),
      left: this.meter.left(total),
      ...(pause ? { pause } : {}),
    });
  }
}
