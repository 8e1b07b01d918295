/** onnxruntime-web on the same weights, in the worker that it is given to: prompts from nothing, then one more token. */
import { known, knownLogits, type PeerPlan, type PeerReport } from '../plan';
import { repeat, repeats, type Timing, timing, tokenRepeats, warmUps, warmUpTokens } from '../statistics';

/** What of onnxruntime-web is used. */
interface Ort {
  env: { wasm: { numThreads: number; wasmPaths: string }; logLevel: string };
  Tensor: new (type: string, data: Float32Array | BigInt64Array, shape: number[]) => OrtTensor;
  InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
}
interface OrtTensor {
  data: Float32Array;
  dispose(): void;
}
interface OrtSession {
  run(feeds: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

export async function measureOnnx(plan: PeerPlan, file: string): Promise<PeerReport> {
  const ort = (await import(
    /* @vite-ignore */ `${plan.base}node_modules/onnxruntime-web/dist/ort.wasm.min.mjs`
  )) as Ort;
  ort.env.wasm.numThreads = plan.threads;
  ort.env.wasm.wasmPaths = `${plan.base}node_modules/onnxruntime-web/dist/`;
  ort.env.logLevel = 'error';
  const shape = (await (await fetch(`${plan.base}models/shape.json`)).json()) as Record<string, number>;
  const model = new Uint8Array(await (await fetch(`${plan.base}models/${file}`)).arrayBuffer());
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  const layers = shape.n_layer!;
  const heads = shape.n_head!;
  const headSize = shape.n_embd! / heads;

  /** The keys and values that a run gave, as the next one takes them; empty ones where there was none. */
  const cacheOf = (past: Record<string, OrtTensor>): Record<string, OrtTensor> => {
    const all: Record<string, OrtTensor> = {};
    for (let layer = 0; layer < layers; layer++) {
      for (const letter of ['k', 'v']) {
        all[`past_${letter}.${layer}`] =
          past[`present_${letter}.${layer}`] ??
          new ort.Tensor('float32', new Float32Array(), [heads, 0, headSize]);
      }
    }
    return all;
  };
  const feeds = (
    ids: number[],
    past: Record<string, OrtTensor>,
    before: number,
  ): Record<string, OrtTensor> => {
    const count = ids.length;
    const mask = new Float32Array(count * (before + count));
    for (let query = 0; query < count; query++) {
      for (let key = before + query + 1; key < before + count; key++)
        mask[query * (before + count) + key] = -1e9;
    }
    const numbers = (values: number[]) =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [count]);
    const all: Record<string, OrtTensor> = {
      ids: numbers(ids),
      positions: numbers(ids.map((_, index) => before + index)),
      mask: new ort.Tensor('float32', mask, [count, before + count]),
    };
    return { ...all, ...cacheOf(past) };
  };
  const prompt = (count: number, salt: number) =>
    Array.from({ length: count }, (_, token) => (token * 7919 + salt * 104729) % shape.vocab_size!);

  const prefill: Record<string, Timing> = {};
  await repeat(warmUps(plan.quick), (index) =>
    session.run(feeds(prompt(warmUpTokens(index), index + 1), {}, 0)),
  );
  for (const tokens of plan.tokens) {
    prefill[tokens] = timing(
      await repeat(repeats(plan.quick), (index) => session.run(feeds(prompt(tokens, index), {}, 0))),
    );
  }
  // A graph that gives its cache back as it came: what it takes is what handing a cache in and out takes.
  const cacheFile = new Uint8Array(await (await fetch(`${plan.base}models/cache.onnx`)).arrayBuffer());
  const cacheAlone = await ort.InferenceSession.create(cacheFile, { executionProviders: ['wasm'] });
  const decode: Record<string, Timing> = {};
  const copying: Record<string, Timing> = {};
  for (const context of plan.contexts) {
    const past = await session.run(feeds(prompt(context, 3), {}, 0));
    const often = tokenRepeats(plan.quick);
    decode[context] = timing(await repeat(often, (index) => session.run(feeds([index], past, context))));
    const cache = cacheOf(past);
    copying[context] = timing(await repeat(often, () => cacheAlone.run(cache)));
  }
  await cacheAlone.release();
  const last = await session.run(feeds(known(shape.vocab_size!), {}, 0));
  const logits = Array.from(last.logits!.data.slice(0, knownLogits));
  await session.release();
  return { prefill, decode, copying, logits };
}
