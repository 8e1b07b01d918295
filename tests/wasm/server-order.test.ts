/** The worker's end with the real engine: what happens when calls meet, fail, or come too early. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../web/src/client/client';
import type { Failure, ModelSource } from '../../web/src/protocol/protocol';
import { tinyConfig, tinyFile, tinyShape } from './engine';
import { InProcessWorker } from './in_process_worker';
import { trapping } from './module';
import { failureOf, source, useEngine } from './served';

const { layers, width, context, vocabulary } = tinyShape;
const served = useEngine();
const { run } = served;
let engine: Engine;
beforeAll(() => {
  ({ engine } = served);
});

/** A model whose weights never come. */
function endless(): ModelSource {
  const weights = Object.assign(new File([tinyFile()], 'model.safetensors'), {
    stream: () => new ReadableStream(),
  });
  const files = [new File([tinyConfig()], 'config.json'), weights];
  return { kind: 'files', id: 'endless', name: 'Endless', files };
}

describe('when calls meet', () => {
  test('of many runs the last one is answered, the others are superseded', async () => {
    const earlier = ['d', 'de', 'dea'].map((prompt) => failureOf(run(prompt)));
    expect((await run('dead')).tokens).toHaveLength(4);
    expect((await Promise.all(earlier)).map(({ code }) => code)).toEqual(Array(3).fill('superseded'));
  });

  test('a pull for an older run is stale, also when it was already waiting', async () => {
    const first = await run('dead');
    const newer = run('deaf');
    const waiting = failureOf(engine.call('tensor', { run: first.run, name: 'logits' }));
    const { run: id } = await newer;
    expect((await waiting).code).toBe('stale');
    expect((await failureOf(engine.call('tensor', { run: first.run, name: 'logits' }))).code).toBe('stale');
    expect((await engine.call('tensor', { run: id, name: 'logits' })).shape).toEqual([4, vocabulary]);
  });

  test('a run that is refused leaves the last one in place', async () => {
    const { run: id } = await run('dead');
    const tooLong = await failureOf(run('a'.repeat(context + 2)));
    expect(tooLong.code).toBe('input');
    expect(tooLong.reason).toEqual({
      code: 'prompt_too_long',
      details: { tokens: context + 2, over: 2, context },
    });
    expect((await failureOf(run(''))).code).toBe('input');
    expect((await failureOf(engine.call('run', { prompt: '', ids: [vocabulary] }))).code).toBe('input');
    expect((await engine.call('tensor', { run: id, name: 'logits' })).shape).toEqual([4, vocabulary]);
  });

  test('a cancelled run is not answered, and the next one is', async () => {
    const controller = new AbortController();
    const cancelled = engine.call('run', { prompt: 'dead' }, controller.signal);
    controller.abort();
    expect((await failureOf(cancelled)).code).toBe('cancelled');
    expect((await run('deaf')).tokens).toHaveLength(4);
  });

  test('a trace gives way to a newer run', async () => {
    const { run: id } = await run('dead');
    const trace = failureOf(engine.call('trace', { run: id }));
    expect((await run('deaf')).tokens).toHaveLength(4);
    expect((await trace).code).toMatch(/^(superseded|stale)$/);
  });

  test('interventions and patches reach the engine, and wrong ones are told', async () => {
    const clean = await run('dead');
    const before = await engine.call('tensor', { run: clean.run, name: 'logits' });
    const patched = await engine.call('run', {
      prompt: 'dead',
      interventions: { patches: [{ layer: 1, token: 2, residual: new Float32Array(width).fill(0.25) }] },
    });
    const residual = await engine.call('tensor', {
      run: patched.run,
      name: 'blocks.1.hook_resid_pre',
      rows: [2, 3],
    });
    expect([...residual.data]).toEqual(Array(width).fill(0.25));
    const after = await engine.call('tensor', { run: patched.run, name: 'logits' });
    expect(after.data).not.toEqual(before.data);
    const wrong = await failureOf(
      engine.call('run', { prompt: 'dead', interventions: { skipMlp: [layers] } }),
    );
    expect(wrong.code).toBe('input');
  });

  test('a newer load takes the place of an older one', async () => {
    const older = failureOf(engine.call('load', endless()));
    const newer = engine.call('load', source({}, 'newer'));
    expect((await newer).id).toBe('newer');
    expect((await older).code).toBe('superseded');
  });

  test('a load that fails leaves the present model in use', async () => {
    const { run: id } = await run('dead');
    const wrong: [ModelSource, Failure['code'], RegExp][] = [
      [source({ 'model.safetensors': tinyFile().slice(0, 1000) }), 'input', /./],
      [source({ 'model.safetensors': null }), 'input', /None of the opened files holds weights/],
      [source({ 'config.json': '{"model_type":"llama"}' }), 'input', /llama/],
      [source({ 'vocab.json': '{' }), 'input', /./],
      [
        { kind: 'site', id: 'none', base: 'http://127.0.0.1:9/models/none/' },
        'network',
        /127\.0\.0\.1:9.*could not be fetched/,
      ],
    ];
    for (const [broken, code, message] of wrong) {
      const failure = await failureOf(engine.call('load', broken));
      expect([failure.code, failure.message]).toEqual([code, expect.stringMatching(message)]);
    }
    expect((await engine.call('tensor', { run: id, name: 'logits' })).shape).toEqual([4, vocabulary]);
  });

  test('a cancelled load leaves the present model in use', async () => {
    const { run: id } = await run('dead');
    const controller = new AbortController();
    const load = engine.call('load', endless(), controller.signal);
    controller.abort();
    expect((await failureOf(load)).code).toBe('cancelled');
    expect((await engine.call('tensor', { run: id, name: 'logits' })).shape).toEqual([4, vocabulary]);
  });

  test('a model without a tokenizer takes ids and says so to text', async () => {
    const info = await engine.call('load', source({ 'vocab.json': null }));
    expect(info.hasTokenizer).toBe(false);
    const failure = await failureOf(run('dead'));
    expect(failure.message).toMatch(/"Tiny" came without a tokenizer/);
    const { tokens } = await engine.call('run', { prompt: '', ids: [3, 4] });
    expect(tokens.map(({ text }) => text)).toEqual(['#3', '#4']);
    await engine.call('load', source());
  });
});

test('before a model is there, calls say so', async () => {
  const fresh = createEngine({ wasm: 'vitrine.wasm', worker: () => new InProcessWorker() });
  for (const call of [
    () => fresh.call('run', { prompt: 'a' }),
    () => fresh.call('encode', { text: 'a' }),
    () => fresh.call('tensor', { run: 1, name: 'logits' }),
  ]) {
    expect(await failureOf(call())).toEqual({
      code: 'input',
      message: 'No model is loaded yet: load one first.',
      reason: { code: 'no_model', details: {} },
    });
  }
  expect((await fresh.call('tensorTable', null)).length).toBeGreaterThan(20);
  fresh.dispose();
});

test('an engine that traps is reported as crashed, and the next one works', async () => {
  const died: Failure[] = [];
  const engines = [trapping, undefined];
  const fragile = createEngine({
    wasm: 'vitrine.wasm',
    worker: () => new InProcessWorker(engines.shift()),
    onCrash: (failure) => died.push(failure),
  });
  const calls = [fragile.call('tensorTable', null), fragile.call('run', { prompt: 'a' })].map(failureOf);
  for (const failure of await Promise.all(calls)) {
    expect(['crashed', 'input']).toContain(failure.code);
  }
  expect(died).toHaveLength(1);
  expect(died[0]!.code).toBe('crashed');
  expect(died[0]!.message).toMatch(/The engine stopped in vt_tensor_table .*unreachable/);
  expect((await fragile.call('load', source())).layers).toBe(layers);
  expect((await fragile.call('run', { prompt: 'dead' })).tokens).toHaveLength(4);
  fragile.dispose();
});

test('an engine that cannot be had is told to the call that needs it', async () => {
  const without = createEngine({
    wasm: 'vitrine.wasm',
    worker: () => new InProcessWorker(Uint8Array.of(1, 2, 3)),
  });
  const failure = await failureOf(without.call('load', source()));
  expect(failure.code).toBe('network');
  without.dispose();
});
