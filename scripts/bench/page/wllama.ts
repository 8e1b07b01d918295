/** llama.cpp's WebAssembly build on the same weights: prompts from nothing, then one more token. */
import type { PeerPlan, PeerReport } from '../plan';
import { repeat, type Timing, timing } from '../statistics';

/** What of wllama is used. */
interface WllamaModule {
  Wllama: new (paths: { default: string }, config: object) => Wllama;
}
interface Completion {
  usage: { prompt_tokens: number; completion_tokens: number };
  timings?: { prompt_n: number; prompt_ms: number; predicted_n: number; predicted_ms: number };
}
interface Wllama {
  loadModel(blobs: Blob[], params: object): Promise<void>;
  createCompletion(options: object): Promise<Completion>;
  getNumThreads(): number;
  exit(): Promise<void>;
}

/** Words of one token each; the first differs, so that nothing of another prompt is used again. */
const first = ['One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten', 'The', 'That'];

export async function measureWllama(plan: PeerPlan, file: string): Promise<PeerReport> {
  const { Wllama } = (await import(
    /* @vite-ignore */ `${plan.base}node_modules/@wllama/wllama/esm/index.js`
  )) as WllamaModule;
  const silent = () => undefined;
  const wllama = new Wllama(
    { default: `${plan.base}node_modules/@wllama/wllama/esm/wasm/wllama.wasm` },
    { suppressNativeLog: true, logger: { debug: silent, log: silent, warn: silent, error: silent } },
  );
  const model = await (await fetch(`${plan.base}models/${file}`)).blob();
  await wllama.loadModel([model], { n_ctx: 1024, n_threads: plan.threads, n_gpu_layers: 0 });
  const complete = (tokens: number, salt: number, more: number) =>
    wllama.createCompletion({
      prompt: `${first[salt % first.length]}${' the'.repeat(tokens - 1)}`,
      max_tokens: more,
      temperature: 0,
      ignore_eos: true,
      cache_prompt: false,
      stream: false,
    });
  const told = (completion: Completion) => {
    if (!completion.timings) throw new Error('wllama told no timings');
    return completion.timings;
  };

  await complete(8, 11, 1);
  const prefill: Record<string, Timing> = {};
  // The largest prompt leaves no room for a token after it.
  for (const tokens of plan.tokens.filter((count) => count < 1024)) {
    const times: number[] = [];
    await repeat({ least: tokens > 256 ? 1 : 2, most: 4, milliseconds: 2000 }, async (index) => {
      const { prompt_n, prompt_ms } = told(await complete(tokens, index, 1));
      if (prompt_n !== tokens) throw new Error(`wllama ran ${prompt_n} tokens, wanted ${tokens}`);
      times.push(prompt_ms);
    });
    prefill[tokens] = timing(times);
  }
  const decode: Record<string, Timing> = {};
  for (const context of plan.contexts) {
    const { predicted_n, predicted_ms } = told(await complete(context, 10, 17));
    decode[context] = timing([predicted_ms / predicted_n]);
  }
  await wllama.exit();
  return { prefill, decode };
}
