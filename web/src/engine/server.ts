/**
 * Owns the engine and answers the calls of the protocol. It knows nothing of workers: whoever holds it hands in
 * messages and takes the answers, so that the same object runs in a worker and in a test.
 */
import { Abi, EngineTrap } from './abi';
import { CallError, cancelled, stale, superseded, toFailure } from './failures';
import { freeModel, type LoadedModel, loadModel } from './loading';
import type {
  Answer,
  Arguments,
  CallName,
  DistributionRequest,
  FromWorker,
  Interventions,
  RunRequest,
  RunResult,
  Sampling,
  Scored,
  Surprise,
  Tensor,
  ToWorker,
} from './protocol';
import { probe } from './probe';
import { createYield, type Job, Queue } from './queue';
import { candidates, extremes, surprises } from './scores';
import { traceBlob, traceParts } from './trace';
import { startThreaded } from './crew';
import { chooseVariant, platform, threadedUrl, type VariantReason } from './variant';
import { hasSimd, instantiate, type WasmInstance, type WasmSource } from './wasm';

type Handlers = {
  [K in CallName]: (args: Arguments<K>, signal: AbortSignal) => Answer<K> | Promise<Answer<K>>;
};
type Call = Extract<ToWorker, { type: 'call' }>;

/** Where a call is served. Those served at once touch no session and take a few milliseconds at most. */
const lanes: { [K in CallName]: 'load' | 'run' | 'pull' | 'now' } = {
  load: 'load',
  run: 'run',
  tensor: 'pull',
  thumbnails: 'pull',
  distribution: 'pull',
  draw: 'pull',
  unembed: 'pull',
  surprise: 'pull',
  trace: 'pull',
  probe: 'pull',
  merges: 'now',
  encode: 'now',
  tokens: 'now',
  weight: 'now',
  nearest: 'now',
  tensorTable: 'now',
};

/** Positions whose logits are looked at between two looks at the messages. */
const surpriseRows = 8;

interface FinishedRun {
  run: number;
  tokens: number;
}

export class EngineServer {
  #abi: Promise<Abi> | undefined;
  #wasm: WasmSource | undefined;
  #asked: string | null = null;
  #loaded: LoadedModel | undefined;
  #finished: FinishedRun | undefined;
  #runs = 0;
  #loading: { id: number; abort: AbortController } | undefined;
  #crashed = false;
  readonly #yield = createYield();
  readonly #queue = new Queue(this.#yield);

  constructor(private readonly post: (message: FromWorker, transfer: Transferable[]) => void) {}

  receive(message: ToWorker | { type: 'init'; wasm: WasmSource; threads?: string | null }): void {
    switch (message.type) {
      case 'init':
        this.#wasm = message.wasm;
        this.#asked = message.threads ?? null;
        // A failure is told to the first call that needs the engine.
        this.#engine().catch(() => undefined);
        break;
      case 'call':
        this.#accept(message);
        break;
      case 'cancel':
        if (this.#loading?.id === message.id) this.#loading.abort.abort(cancelled());
        else this.#queue.cancel(message.id, cancelled());
        break;
    }
  }

  close(): void {
    this.#yield.close();
  }

  #accept(call: Call): void {
    const abort = new AbortController();
    const refuse = (reason: unknown) => this.#fail(call.id, reason);
    const work = () => this.#serve(call, abort.signal);
    const lane = lanes[call.name];
    if (lane === 'run' || lane === 'pull') {
      const job: Job = { id: call.id, lane, abort, work, refuse };
      this.#queue.push(job);
      return;
    }
    if (lane === 'load') {
      this.#loading?.abort.abort(superseded());
      this.#loading = { id: call.id, abort };
    }
    void work();
  }

  async #serve(call: Call, signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted();
      const result = await this.#dispatch(call.name, call.args, signal);
      this.#send({ type: 'answer', id: call.id, result }, buffersOf(result));
    } catch (reason) {
      this.#fail(call.id, reason);
    }
  }

  #dispatch<K extends CallName>(
    name: K,
    args: Arguments<CallName>,
    signal: AbortSignal,
  ): Answer<K> | Promise<Answer<K>> {
    // Name and arguments come from one message, so they belong together; the type system loses that here.
    return this.#handlers[name](args as Arguments<K>, signal);
  }

  #fail(id: number, reason: unknown): void {
    const failure = toFailure(reason);
    this.#send({ type: 'failure', id, failure });
    if (reason instanceof EngineTrap && !this.#crashed) {
      this.#send({ type: 'crashed', failure });
      this.#crashed = true;
    }
  }

  #send(message: FromWorker, transfer: Transferable[] = []): void {
    if (!this.#crashed) this.post(message, transfer);
  }

  /** The engine, compiled once; after a failure the next call tries anew. */
  #engine(): Promise<Abi> {
    this.#abi ??= this.#compile().catch((reason: unknown) => {
      this.#abi = undefined;
      throw reason;
    });
    return this.#abi;
  }

  async #compile(): Promise<Abi> {
    if (this.#wasm === undefined)
      throw new CallError('internal', 'The worker has not been told where the engine is.');
    if (!hasSimd()) {
      throw new CallError(
        'unsupported',
        'This browser lacks WebAssembly SIMD, which the engine is built for: use Chrome or Edge 91, Firefox 89, Safari 16.4, or newer.',
      );
    }
    this.#send({
      type: 'event',
      event: { type: 'progress', progress: { stage: 'engine', received: 0, total: null } },
    });
    const { instance, threads, reason } = await this.#start(this.#wasm).catch((failure: unknown) => {
      throw new CallError('network', failure instanceof Error ? failure.message : String(failure));
    });
    const abi = new Abi(instance);
    this.#send({ type: 'event', event: { type: 'variant', threads, reason } });
    return abi;
  }

  /** The build that suits the browser; the one that runs everywhere when the other cannot be started. */
  async #start(
    wasm: WasmSource,
  ): Promise<{ instance: WasmInstance; threads: number; reason: VariantReason }> {
    let { threads, reason } = chooseVariant(platform(), this.#asked);
    if (threads > 1 && typeof wasm === 'string') {
      try {
        const { instance, helpers } = await startThreaded(threadedUrl(wasm), threads);
        return { instance, threads: helpers.length + 1, reason };
      } catch {
        reason = 'failed';
      }
    }
    return { instance: await instantiate(wasm), threads: 1, reason };
  }

  async #model(): Promise<{ abi: Abi; loaded: LoadedModel }> {
    const abi = await this.#engine();
    if (!this.#loaded) throw new CallError('input', 'No model is loaded yet: load one first.');
    return { abi, loaded: this.#loaded };
  }

  /** The model and the tokens of the finished run, which must be `run`. */
  async #run(run: number): Promise<{ abi: Abi; loaded: LoadedModel; tokens: number }> {
    const { abi, loaded } = await this.#model();
    if (this.#finished?.run !== run) throw stale();
    return { abi, loaded, tokens: this.#finished.tokens };
  }

  /** Lets newer messages in, and stops when one of them made this pointless. */
  async #pause(loaded: LoadedModel, signal: AbortSignal): Promise<void> {
    await this.#yield();
    signal.throwIfAborted();
    if (this.#loaded !== loaded) throw stale();
  }

  readonly #handlers: Handlers = {
    load: async (source, signal) => {
      try {
        const abi = await this.#engine();
        const loaded = await loadModel(abi, source, signal, (progress) =>
          this.#send({ type: 'event', event: { type: 'progress', progress } }),
        );
        if (this.#loaded) freeModel(abi, this.#loaded);
        this.#loaded = loaded;
        this.#finished = undefined;
        return loaded.info;
      } finally {
        if (this.#loading?.abort.signal === signal) this.#loading = undefined;
      }
    },
    run: (request, signal) => this.#compute(request, signal),
    tensor: async ({ run, name, head, rows }) => {
      const { abi, loaded } = await this.#run(run);
      return abi.sessionTensor(loaded.session, name, head, rows?.[0], rows?.[1]);
    },
    thumbnails: async ({ run, size }) => {
      const { abi, loaded } = await this.#run(run);
      return abi.sessionThumbnails(loaded.session, size);
    },
    distribution: async (request) => {
      const { abi, loaded, summary } = await this.#distribute(request, request.position);
      const clamp = (rank: number) => Math.min(Math.max(rank, 0), summary.vocabulary);
      const [begin, end] = request.ranks;
      const asked = (request.ids ?? []).flatMap((id) => {
        const rank = abi.sessionRankOf(loaded.session, id);
        return candidates(abi, loaded, rank, rank + 1);
      });
      return { ...summary, candidates: candidates(abi, loaded, clamp(begin), clamp(end)), asked };
    },
    draw: async (request) => {
      const { abi, loaded } = await this.#distribute(request, undefined);
      const drawn = abi.sessionDraw(loaded.session, request.seed, request.index);
      return { ...drawn, text: loaded.vocabulary.text(drawn.id) };
    },
    merges: async ({ text }) => {
      const { abi, tokenizer } = await this.#tokenizer();
      const { pieces, steps } = abi.tokenizerMerges(tokenizer, text);
      return {
        pieces,
        steps: steps.map((step) => ({
          ...step,
          left: Uint8Array.from(step.left),
          right: Uint8Array.from(step.right),
        })),
      };
    },
    encode: async ({ text }) => {
      const { abi, loaded } = await this.#model();
      return encode(abi, loaded, text).map((id) => loaded.vocabulary.token(id));
    },
    tokens: async ({ ids }) => {
      const { loaded } = await this.#model();
      const { vocabulary } = loaded.info;
      const wrong = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
      if (wrong !== undefined)
        throw new CallError('input', `There is no token ${wrong}: ids go from 0 to ${vocabulary - 1}.`);
      return ids.map((id) => loaded.vocabulary.token(id));
    },
    weight: async ({ name, rows }) => {
      const { abi, loaded } = await this.#model();
      return abi.modelWeight(loaded.model, name, rows[0], rows[1]);
    },
    unembed: async ({ vector, finalNorm, count }) => {
      const { abi, loaded } = await this.#model();
      const logits = abi.sessionUnembed(loaded.session, vector, finalNorm);
      const scored = (sign: 1 | -1) =>
        extremes(logits, count, sign).map((id): Scored => ({
          id,
          text: loaded.vocabulary.text(id),
          score: logits[id]!,
        }));
      return {
        up: scored(1),
        down: scored(-1),
        mean: logits.reduce((sum, logit) => sum + logit, 0) / logits.length,
      };
    },
    nearest: async ({ vector, count }) => {
      const { abi, loaded } = await this.#model();
      const { data } = abi.modelNearest(loaded.model, vector, count);
      return Array.from({ length: data.length / 2 }, (_, index) => {
        const id = data[2 * index]!;
        return { id, text: loaded.vocabulary.text(id), score: data[2 * index + 1]! };
      });
    },
    surprise: async ({ run, rows: [begin, end] }, signal) => {
      const { abi, loaded } = await this.#run(run);
      const rows: Surprise[] = [];
      for (let at = begin; at < end; at += surpriseRows) {
        rows.push(...surprises(abi, loaded, at, Math.min(at + surpriseRows, end)));
        await this.#pause(loaded, signal);
      }
      return rows;
    },
    tensorTable: async () => (await this.#engine()).tensorTable(),
    trace: async ({ run }, signal) => {
      const { abi, loaded, tokens } = await this.#run(run);
      const parts = traceParts(abi.tensorTable(), loaded.info, tokens);
      return traceBlob(abi, loaded.session, parts, () => this.#pause(loaded, signal));
    },
    probe: async (request, signal) => {
      const { abi, loaded } = await this.#model();
      const ids = request.ids ?? encode(abi, loaded, request.prompt ?? '');
      return probe(abi, loaded.model, ids, request.heads, () => this.#pause(loaded, signal));
    },
  };

  async #compute(request: RunRequest, signal: AbortSignal): Promise<RunResult> {
    const { abi, loaded } = await this.#model();
    const begun = performance.now();
    const ids = [...(request.ids ?? encode(abi, loaded, request.prompt)), ...(request.appended ?? [])];
    const { reused } = abi.sessionStart(loaded.session, ids, interventionsJson(request.interventions));
    // From here on the last run is gone; had the engine refused, it would still be there.
    this.#finished = undefined;
    let waited = 0;
    while (abi.sessionAdvance(loaded.session)) {
      const before = performance.now();
      await this.#pause(loaded, signal);
      waited += performance.now() - before;
    }
    const run = ++this.#runs;
    this.#finished = { run, tokens: ids.length };
    const tokens = ids.map((id) => loaded.vocabulary.token(id));
    return { run, tokens, reused, milliseconds: performance.now() - begun - waited };
  }

  async #tokenizer(): Promise<{ abi: Abi; tokenizer: number }> {
    const { abi, loaded } = await this.#model();
    return { abi, tokenizer: tokenizerOf(loaded) };
  }

  async #distribute(
    { run, temperature, topK, topP }: Sampling & Pick<DistributionRequest, 'run'>,
    position = -1,
  ) {
    const { abi, loaded } = await this.#run(run);
    abi.sessionRank(loaded.session, position);
    return { abi, loaded, summary: abi.sessionDistribute(loaded.session, temperature, topK, topP) };
  }
}

function tokenizerOf(loaded: LoadedModel): number {
  if (loaded.tokenizer === 0) {
    throw new CallError(
      'input',
      `"${loaded.info.name}" came without a tokenizer: give token ids instead of text, or open its tokenizer.json too.`,
    );
  }
  return loaded.tokenizer;
}

function encode(abi: Abi, loaded: LoadedModel, text: string): number[] {
  const rows = abi.tokenizerEncode(tokenizerOf(loaded), text);
  return Array.from({ length: rows.length / 3 }, (_, token) => rows[3 * token]!);
}

function interventionsJson(interventions: Interventions | undefined): string {
  if (!interventions) return '';
  const patches = interventions.patches?.map((patch) => ({ ...patch, residual: Array.from(patch.residual) }));
  return JSON.stringify({ ...interventions, patches });
}

/** Large arrays leave by transfer instead of another copy. */
function buffersOf(result: unknown): Transferable[] {
  const data = (result as Partial<Tensor> | null)?.data;
  return data instanceof Float32Array ? [data.buffer as ArrayBuffer] : [];
}
