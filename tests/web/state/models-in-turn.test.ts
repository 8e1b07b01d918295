import { describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../../web/src/client/client';
import type { FromWorker, ModelInfo, ModelSource, ToWorker } from '../../../web/src/protocol/protocol';
import { EngineState } from '../../../web/src/state/engine.svelte';
import { RunState } from '../../../web/src/state/run.svelte';
import { info, turn } from './played_engine';

interface Played {
  /** What becomes of the file, and of a run. */
  loads: boolean;
  runs: boolean;
  about: Partial<ModelInfo>;
}

/** Of other sizes each, so that a number of one would be seen under another's name. */
const models: Record<string, Played> = {
  one: { loads: true, runs: true, about: { layers: 2, heads: 3 } },
  two: { loads: true, runs: true, about: { layers: 5, heads: 7 } },
  'context too short': { loads: true, runs: false, about: { layers: 4, heads: 2 } },
  'no tokenizer': { loads: true, runs: true, about: { layers: 6, heads: 4, hasTokenizer: false } },
  unreadable: { loads: false, runs: false, about: {} },
};
const names = Object.keys(models);
const source = (name: string): ModelSource => ({ kind: 'kept', id: name, name });

/** A worker with one model in use; each answer waits until the test lets it out. Its runs say which model made them. */
class PlayedWorker {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null = null;
  onmessageerror = null;
  onerror = null;
  #loaded = '';
  #runs = 0;
  readonly #out: FromWorker[] = [];

  postMessage(message: ToWorker): void {
    if (message.type !== 'call') return;
    const { id } = message;
    const answer = (result: unknown) => this.#out.push({ type: 'answer', id, result });
    const refuse = (text: string) =>
      this.#out.push({ type: 'failure', id, failure: { code: 'input', message: text } });
    if (message.name === 'load') {
      const { id: name } = message.args;
      const { loads, about } = models[name]!;
      if (!loads) return void refuse(`${name} cannot be read`);
      this.#loaded = name;
      return void answer({ ...info, ...about, id: name, name });
    }
    if (message.name !== 'run') return;
    const { prompt } = message.args;
    if (!models[this.#loaded]!.runs) return void refuse('too long');
    const token = { id: 1, text: prompt, bytes: new TextEncoder().encode(prompt) };
    answer({ run: ++this.#runs, reused: 0, milliseconds: 1, tokens: [token], madeBy: this.#loaded });
  }

  terminate(): void {}

  /** Lets one answer out. False where none waits. */
  step(): boolean {
    const data = this.#out.shift();
    if (data) this.onmessage?.({ data } as MessageEvent<FromWorker>);
    return data !== undefined;
  }
}

/** A page without a browser. */
function page() {
  const worker = new PlayedWorker();
  const engine = new EngineState((options) =>
    createEngine({ ...options, wasm: 'engine.wasm', worker: () => worker }),
  );
  const run = new RunState(engine, () => Promise.resolve());
  const fitted: string[] = [];
  engine.onmodel = () => void run.restart();
  run.onmodel = ({ id }) => fitted.push(id);
  run.prompt = 'The clock';
  return { worker, engine, run, fitted };
}

/** What must hold at every moment. */
function consistent({ engine, run, fitted }: ReturnType<typeof page>): void {
  const result = run.result as (NonNullable<typeof run.result> & { madeBy: string }) | null;
  if (result) {
    expect(result.madeBy).toBe(run.info?.id);
    expect(fitted.at(-1)).toBe(result.madeBy);
    const { layers, heads } = models[result.madeBy]!.about;
    expect(run.info).toMatchObject({ layers, heads });
  }
  // A problem beside a picture is a problem of its model.
  if (result && run.problem) expect(engine.info?.id).toBe(result.madeBy);
  if (run.next) expect(run.next.run).toBe(result?.run);
  if (run.status === 'ready') {
    expect(run.info?.id).toBe(engine.info?.id);
    expect(result ? result.tokens[0]!.text : '').toBe(run.text);
  }
}

async function settle(opened: ReturnType<typeof page>): Promise<void> {
  do {
    consistent(opened);
    await turn();
    consistent(opened);
  } while (opened.worker.step());
  await turn();
  consistent(opened);
}

/** All orders of `count` of the models, one after another or the same twice. */
const orders = (count: number): string[][] =>
  count === 0 ? [[]] : orders(count - 1).flatMap((order) => names.map((name) => [...order, name]));

describe('models one after the other', () => {
  // A clock that stands still costs no time.
  vi.stubGlobal('requestAnimationFrame', undefined);

  it('show one model at every moment, in every order, also those that fail', async () => {
    for (const order of orders(3)) {
      const opened = page();
      for (const name of order) {
        void opened.engine.load(source(name));
        await settle(opened);
      }
      const inUse = order.findLast((name) => models[name]!.loads);
      expect(opened.engine.info?.id).toBe(inUse);
      // A run that fails leaves no picture of another model.
      const shows = inUse !== undefined && models[inUse]!.runs && inUse !== 'no tokenizer';
      expect([order, opened.run.result !== null]).toEqual([order, shows]);
      opened.engine.dispose();
    }
  });

  it('show one model at every moment, when each is asked for before the last one has come', async () => {
    for (const order of orders(3)) {
      for (const after of [0, 1]) {
        const opened = page();
        for (const name of order) {
          void opened.engine.load(source(name));
          for (let i = 0; i < after; i += 1) {
            opened.worker.step();
            await turn();
            consistent(opened);
          }
        }
        await settle(opened);
        expect(opened.engine.info?.id).toBe(order.findLast((name) => models[name]!.loads));
        opened.engine.dispose();
      }
    }
  });

  it('answer a call for the model it was made about, or not at all', async () => {
    const opened = page();
    void opened.engine.load(source('one'));
    await settle(opened);
    void opened.engine.load(source('two'));
    // The worker has the other model by now, and the page does not know it yet.
    const late = opened.run.call('run', { prompt: 'of one' });
    const told = late.then(
      () => 'answered',
      (error: { failure: { code: string } }) => error.failure.code,
    );
    await settle(opened);
    expect(await told).toBe('stale');
    opened.engine.dispose();
  });
});
