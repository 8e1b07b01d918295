/** llama.cpp's WebAssembly build on the same weights: prompts from nothing, then one more token. */
import type { PeerPlan, PeerReport } from '../plan';
import {
  type Repeat,
  repeat,
  repeats,
  type Timing,
  timing,
  tokenRepeats,
  warmUps,
  warmUpTokens,
} from '../statistics';

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

/** Tokens of prompt and answer together. */
const context = 1024;

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
  await wllama.loadModel([model], { n_ctx: context, n_threads: plan.threads, n_gpu_layers: 0 });
  const complete = (tokens: number, salt: number, more: number, keep = false) =>
    wllama.createCompletion({
      prompt: `${first[salt % first.length]}${' the'.repeat(tokens - 1)}`,
      max_tokens: more,
      temperature: 0,
      ignore_eos: true,
      cache_prompt: keep,
      stream: false,
    });
  const told = (completion: Completion) => {
    if (!completion.timings) throw new Error('wllama told no timings');
    return completion.timings;
  };
  const times = async (often: Repeat, work: (index: number) => Promise<number>) => {
    const told: number[] = [];
    await repeat(often, async (index) => told.push(await work(index)));
    return timing(told);
  };

  await repeat(warmUps(plan.quick), (index) => complete(warmUpTokens(index), index, 1));
  const prefill: Record<string, Timing> = {};
  // The largest prompt leaves no room for a token after it.
  for (const tokens of plan.tokens.filter((count) => count < context)) {
    prefill[tokens] = await times(repeats(plan.quick), async (index) => {
      const { prompt_n, prompt_ms } = told(await complete(tokens, index, 1));
      if (prompt_n !== tokens) throw new Error(`wllama ran ${prompt_n} tokens, wanted ${tokens}`);
      return prompt_ms;
    });
  }
  const decode: Record<string, Timing> = {};
  for (const tokens of plan.contexts) {
    await complete(tokens, 10, 1, true);
    // The same prompt again, whose keys and values are kept: little but the tokens after it is computed.
    decode[tokens] = await times(tokenRepeats(plan.quick), async () => {
      const { predicted_n, predicted_ms } = told(await complete(tokens, 10, 2, true));
      return predicted_ms / predicted_n;
    });
  }
  await wllama.exit();
  return { prefill, decode };
}
