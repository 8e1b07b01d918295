/**
 * Owns the engine and answers the calls of the protocol. It knows nothing of workers: whoever holds it hands in
 * messages and takes the answers, so that the same object runs in a worker and in a test.
 */
import { Abi, EngineTrap } from '../wasm/abi';
import { CallError, cancelled, stale, superseded } from '../protocol/call-error';
import { toFailure } from '../wasm/failures';
import { encode } from './encoding';
import type { Handlers } from './calls';
import { interventionsJson } from './sessions';
import { createHandlers } from './handlers';
import { freeModel, type LoadedModel, loadModel } from './loading';
import type {
  Answer,
  Arguments,
  CallName,
  FromWorker,
  Init,
  ModelInfo,
  ModelSource,
  Next,
  NextRequest,
  RunRequest,
  RunResult,
  Screen,
  ToWorker,
  VariantReason,
} from '../protocol/protocol';
import { nextOf } from './next';
import { Outbox } from './outbox';
import { reason as because } from '../protocol/reasons';
import { createYield } from '../wasm/yield';
import { type Job, patience, Queue } from './queue';
import { startThreaded } from '../wasm/threads';
import { chooseVariant, platform, threadedUrl } from '../wasm/variant';
import { EngineUnreachable, hasSimd, instantiate, type WasmInstance, type WasmSource } from '../wasm/wasm';

type Call = Extract<ToWorker, { type: 'call' }>;

interface FinishedRun {
  run: number;
  tokens: number;
  ids: readonly number[];
}

/** Of a run that takes longer, ms, it is told how far it is. */
const long = 300;

export class EngineServer {
  #abi: Promise<Abi> | undefined;
  #wasm: WasmSource | undefined;
  #asked: string | null = null;
  #byteKernel = true;
  #loaded: LoadedModel | undefined;
  #finished: FinishedRun | undefined;
  #runs = 0;
  #loading: { id: number; abort: AbortController } | undefined;
  #crashed = false;
  readonly #yield = createYield();
  readonly #queue = new Queue(this.#yield);

  readonly #outbox: Outbox;

  constructor(post: (message: FromWorker, transfer: Transferable[]) => void) {
    this.#outbox = new Outbox(post);
  }

  receive(
    message: ToWorker | (Partial<Omit<Init, 'type' | 'wasm'>> & { type: 'init'; wasm: WasmSource }),
  ): void {
    switch (message.type) {
      case 'init':
        this.#wasm = message.wasm;
        this.#asked = message.threads ?? null;
        this.#byteKernel = message.kernel !== 'simd';
        this.#runs = message.runs ?? 0;
        // A failure is told to the first call that needs the engine.
        this.#engine().catch(() => undefined);
        break;
      case 'call':
        this.#accept(message);
        break;
      case 'ping':
        this.#send({ type: 'pong' });
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
    const { lane } = this.#handlers[call.name];
    if (lane !== 'load' && lane !== 'now') {
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
    // A run can take long; what was pulled before it does not wait for its end.
    if (call.name === 'run') this.#outbox.flush();
    try {
      signal.throwIfAborted();
      const result = await this.#dispatch(call.name, call.args, signal);
      const transfer = buffersOf(result);
      // A screen is a message of its own already, and what follows it is not on it.
      if (this.#handlers[call.name].lane === 'pull' && call.name !== 'screen')
        this.#hold({ id: call.id, result }, transfer);
      else this.#send({ type: 'answer', id: call.id, result }, transfer);
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
    return this.#handlers[name].run(args as Arguments<K>, signal);
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
    if (!this.#crashed) this.#outbox.send(message, transfer);
  }

  #hold(answer: { id: number; result: unknown }, transfer: Transferable[]): void {
    if (!this.#crashed) this.#outbox.hold(answer, transfer, this.#queue.followed);
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
        because('simd_missing'),
      );
    }
    this.#send({
      type: 'event',
      event: { type: 'progress', progress: { stage: 'engine', received: 0, total: null } },
    });
    const { instance, threads, reason } = await this.#start(this.#wasm).catch((failure: unknown) => {
      const why = failure instanceof EngineUnreachable ? failure.reason : undefined;
      throw new CallError('network', failure instanceof Error ? failure.message : String(failure), why);
    });
    const abi = new Abi(instance);
    const kernel = instance.byteKernel > 0 ? 'relaxed-simd' : 'simd';
    this.#send({ type: 'event', event: { type: 'variant', threads, reason, kernel } });
    return abi;
  }

  /** The build that suits the browser; the one that runs everywhere when the other cannot be started. */
  async #start(
    wasm: WasmSource,
  ): Promise<{ instance: WasmInstance; threads: number; reason: VariantReason }> {
    let { threads, reason } = chooseVariant(platform(), this.#asked);
    const options = { byteKernel: this.#byteKernel };
    if (threads > 1 && typeof wasm === 'string') {
      try {
        const { instance, helpers } = await startThreaded(threadedUrl(wasm), threads, options);
        return { instance, threads: helpers.length + 1, reason };
      } catch {
        reason = 'failed';
      }
    }
    return { instance: await instantiate(wasm, options), threads: 1, reason };
  }

  async #model(): Promise<{ abi: Abi; loaded: LoadedModel }> {
    const abi = await this.#engine();
    if (!this.#loaded)
      throw new CallError('input', 'No model is loaded yet: load one first.', because('no_model'));
    return { abi, loaded: this.#loaded };
  }

  /** The model and the finished run, which must be `run` if one is named. */
  async #run(run?: number): Promise<{ abi: Abi; loaded: LoadedModel } & FinishedRun> {
    const { abi, loaded } = await this.#model();
    const finished = this.#finished;
    if (!finished || finished.run !== (run ?? finished.run)) throw stale();
    return { abi, loaded, ...finished };
  }

  /** Lets newer messages in, and stops when one of them made this pointless. */
  async #pause(loaded: LoadedModel, signal: AbortSignal): Promise<void> {
    await this.#yield();
    signal.throwIfAborted();
    if (this.#loaded !== loaded) throw stale();
  }

  readonly #handlers: Handlers = {
    ...createHandlers({
      engine: () => this.#engine(),
      model: () => this.#model(),
      run: (run) => this.#run(run),
      pause: async (loaded, signal) => {
        await this.#pause(loaded, signal);
        await this.#queue.serveShort();
        signal.throwIfAborted();
      },
      tell: (event) => this.#send({ type: 'event', event }),
    }),
    load: { lane: 'load', run: (source, signal) => this.#load(source, signal) },
    run: { lane: 'run', run: (request, signal) => this.#compute(request, signal) },
  };

  async #load(source: ModelSource, signal: AbortSignal): Promise<ModelInfo> {
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
  }

  async #compute(request: RunRequest, signal: AbortSignal): Promise<RunResult> {
    const { abi, loaded } = await this.#model();
    const begun = performance.now();
    const ids = [
      ...(request.ids ?? encode(abi, loaded, request.prompt, request.reading)),
      ...(request.appended ?? []),
    ];
    const { reused, steps: of } = abi.sessionStart(
      loaded.session,
      ids,
      interventionsJson(request.interventions),
    );
    // From here on the last run is gone; had the engine refused, it would still be there.
    this.#finished = undefined;
    let waited = 0;
    let since = begun;
    let steps = 0;
    while (abi.sessionAdvance(loaded.session)) {
      const before = performance.now();
      steps += 1;
      if (before - begun > long) this.#send({ type: 'event', event: { type: 'ran', steps, of } });
      // A look at the messages costs more than a block of a small model does.
      if (before - since < patience) continue;
      await this.#pause(loaded, signal);
      since = performance.now();
      waited += since - before;
    }
    const run = ++this.#runs;
    this.#finished = { run, tokens: ids.length, ids };
    const milliseconds = performance.now() - begun - waited;
    const tokens = ids.map((id) => loaded.vocabulary.token(id));
    const next = request.next && this.#next(abi, loaded, run, request.next);
    return { run, tokens, reused, milliseconds, ...(next && { next }) };
  }

  /** The run is good also where its next token is refused: settings out of range, logits that are no numbers. */
  #next(abi: Abi, loaded: LoadedModel, run: number, request: NextRequest): Next | undefined {
    try {
      return nextOf(abi, loaded, run, request);
    } catch (reason) {
      if (reason instanceof EngineTrap) throw reason;
      return undefined;
    }
  }
}

/** Large arrays leave by transfer instead of another copy. */
function buffersOf(result: unknown): Transferable[] {
  const { data, tensors } = (result ?? {}) as { data?: unknown; tensors?: Screen['tensors'] };
  if (tensors) return tensors.flatMap(({ tensor }) => buffersOf(tensor));
  return data instanceof Float32Array ? [data.buffer as ArrayBuffer] : [];
}
