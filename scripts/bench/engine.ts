/** Measures the engine itself, below worker and client: what a runtime's own worker calls. */
import { Abi, type Handle, loadAs } from '../../web/src/wasm/abi';
import { type HelperWorker, startThreaded } from '../../web/src/wasm/threads';
import { threadedUrl } from '../../web/src/wasm/variant';
import { instantiate, type WasmInstance } from '../../web/src/wasm/wasm';
import {
  type Calibration,
  type EnginePlan,
  type EngineReport,
  known,
  knownLogits,
  type ModelShape,
  readBytes,
} from './plan';
import { profiles } from './profile';
import { repeat, repeats, type Timing, timing, tokenRepeats, warmUps, warmUpTokens } from './statistics';

/** What of a runtime differs: how a helper thread is made. */
export type MakeHelper = () => HelperWorker;

interface Engine {
  instance: WasmInstance;
  abi: Abi;
  stop(): void;
}

async function start({ wasm, threads, byteKernel }: EnginePlan, makeHelper: MakeHelper): Promise<Engine> {
  if (threads === 1) {
    const instance = await instantiate(wasm, { byteKernel });
    return { instance, abi: new Abi(instance), stop: () => undefined };
  }
  const { instance, helpers } = await startThreaded(threadedUrl(wasm), threads, {
    makeWorker: makeHelper,
    byteKernel,
  });
  const size = instance.exports.vt_threads_size as () => number;
  // Nothing is measured before all helpers are at work.
  while (size() < threads) await new Promise((resolve) => setTimeout(resolve, 5));
  const stop = () => {
    (instance.exports.vt_threads_stop as () => void)();
    helpers.forEach((helper) => helper.terminate());
  };
  return { instance, abi: new Abi(instance), stop };
}

// --- calibration ---

/** Larger than any cache that one core has to itself, and as large as GPT-2 small's int8 weights. */
const readFloats = 32 * 2 ** 20;

interface Calibrator {
  samples: Calibration[];
  measure(): void;
  stop(): void;
}

async function calibrator(plan: EnginePlan, makeHelper: MakeHelper): Promise<Calibrator> {
  const { instance, stop } = await start({ ...plan, wasm: plan.profiler }, makeHelper);
  const calibrate = instance.exports.vt_calibrate as (kind: number, memory: number, amount: number) => number;
  const memory = (instance.exports.vt_alloc as (bytes: number) => number)(4 * readFloats);
  // Pages that were never written all share one page of zeros.
  new Float32Array(instance.memory.buffer, memory, readFloats).fill(1);
  const rounds = (plan.quick ? 1e6 : 4e6) * plan.threads;
  const rate = (kind: number, amount: number) => {
    const begun = performance.now();
    const done = calibrate(kind, memory, amount);
    return done / (performance.now() - begun) / 1e6;
  };
  const samples: Calibration[] = [];
  rate(0, 1e5);
  rate(1, 1e5);
  return {
    samples,
    measure() {
      samples.push({ dot_gops: rate(0, rounds), f32_gflops: rate(1, rounds), read_gbs: rate(2, readFloats) });
    },
    stop,
  };
}

function highest(samples: Calibration[]): Calibration {
  const of = (key: keyof Calibration) => Math.max(...samples.map((sample) => sample[key]));
  return { dot_gops: of('dot_gops'), f32_gflops: of('f32_gflops'), read_gbs: of('read_gbs') };
}

// --- model ---

async function bytesOf(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
  return response;
}

async function load(abi: Abi, folder: string): Promise<Handle> {
  const config = new Uint8Array(await (await bytesOf(`${folder}config.json`)).arrayBuffer());
  const response = await bytesOf(`${folder}model.safetensors`);
  const loader = abi.loaderNew(config, loadAs.stored);
  abi.loaderBeginFile(loader, Number(response.headers.get('content-length')));
  const reader = response.body!.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    abi.loaderWrite(loader, part.value);
  return abi.loaderFinish(loader);
}

function shapeOf(info: ReturnType<Abi['modelInfo']>): ModelShape {
  const { layers, width, inner, vocabulary, context } = info;
  const shape = { layers, width, inner, vocabulary, context };
  return { ...shape, read_bytes: readBytes(shape, info.dtype) };
}

// --- the pass ---

/** Ids that differ with `salt` from the first on, so that nothing of another run is used again. */
const prompt = (tokens: number, vocabulary: number, salt: number): number[] =>
  Array.from({ length: tokens }, (_, token) => (token * 7919 + salt * 104729 + 31) % vocabulary);

function pass(abi: Abi, session: Handle, ids: number[]): void {
  abi.sessionStart(session, ids);
  while (abi.sessionAdvance(session));
}

/** Long enough for products to be bound by arithmetic, short enough for what a person types. */
const profiledTokens = 32;

export async function measureEngine(
  plan: EnginePlan,
  makeHelper: MakeHelper,
): Promise<Omit<EngineReport, 'keystroke'>> {
  const much = repeats(plan.quick);
  const calibration = await calibrator(plan, makeHelper);
  for (let round = 0; round < 3; round++) calibration.measure();

  const engine = await start(plan, makeHelper);
  const { abi } = engine;
  let model = 0;
  const loads = await repeat({ least: 1, most: plan.quick ? 1 : 3, milliseconds: 1500 }, async () => {
    if (model !== 0) abi.modelFree(model);
    model = await load(abi, plan.model);
  });
  const info = abi.modelInfo(model);
  const shape = shapeOf(info);
  const session = abi.sessionNew(model);
  const fits = (tokens: number) => tokens <= shape.context;
  let salt = 0;
  const fresh = (tokens: number) => prompt(tokens, shape.vocabulary, ++salt);
  await repeat(warmUps(plan.quick), (index) => pass(abi, session, fresh(warmUpTokens(index))));

  const prefill: Record<string, Timing> = {};
  for (const tokens of plan.tokens.filter(fits)) {
    let ids = fresh(tokens);
    const times = await repeat(
      much,
      () => pass(abi, session, ids),
      () => (ids = fresh(tokens)),
    );
    prefill[tokens] = timing(times);
    if (tokens <= 128) calibration.measure();
  }

  const decode: Record<string, Timing> = {};
  for (const context of plan.contexts.filter((tokens) => fits(tokens + 1))) {
    const before = fresh(context);
    pass(abi, session, before);
    const times = await repeat(tokenRepeats(plan.quick), (index) => pass(abi, session, [...before, index]));
    decode[context] = timing(times);
    calibration.measure();
  }

  const block: Record<string, Timing> = {};
  for (const tokens of plan.tokens.filter((count) => fits(count) && count <= 128)) {
    pass(abi, session, fresh(tokens));
    // All rows, and each layer once: a block that is computed again is kept.
    const times = await repeat({ least: shape.layers, most: shape.layers, milliseconds: 0 }, (layer) =>
      abi.sessionTensor(session, `blocks.${layer}.hook_mlp_out`),
    );
    block[tokens] = timing(times);
  }

  pass(abi, session, known(shape.vocabulary));
  const logits = Array.from(abi.sessionTensor(session, 'logits', -1, 7, 8).data.slice(0, knownLogits));
  calibration.measure();
  const peak = abi.heapBytes / 2 ** 20;
  engine.stop();
  calibration.stop();
  const profiled = Math.min(profiledTokens, shape.context);
  const longest = Math.max(profiled, ...plan.tokens.filter(fits));
  return {
    threads: plan.threads,
    kernel: engine.instance.byteKernel > 0 ? 'relaxed-simd' : 'simd',
    dtype: info.dtype,
    model: shape,
    prefill,
    decode,
    block,
    logits,
    load: timing(loads),
    peak_mb: peak,
    profiles:
      plan.threads === 1
        ? await profiles(plan, (abi) => load(abi, plan.model), [...new Set([profiled, longest])])
        : [],
    calibration: highest(calibration.samples),
  };
}
