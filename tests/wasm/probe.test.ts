/** The reference check through the real engine, beside a run that is on screen. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAs } from '../../web/src/wasm/abi';
import { createEngine, type Engine } from '../../web/src/client/client';
import { check } from '../../web/src/model-panel/checking';
import { Comparer } from '../../web/src/models/comparer';
import { agreement, diverge, largest, type Reference } from '../../web/src/models/reference';
import { loadBytes, newEngine, runTo, tinyConfig, tinyFile, tinyShape } from './engine';
import { InProcessWorker } from './in_process_worker';

const letters = Array.from({ length: tinyShape.vocabulary }, (_, id) => String.fromCodePoint(97 + id));
const heads = ['L0H0', 'L1H1'];
let engine: Engine;

beforeAll(async () => {
  engine = createEngine({ wasm: 'vitrine.wasm', worker: () => new InProcessWorker() });
  const files = [
    new File([tinyConfig()], 'config.json'),
    new File([tinyFile()], 'model.safetensors'),
    new File([JSON.stringify(letters)], 'vocab.json'),
  ];
  await engine.call('load', { kind: 'files', id: 'tiny', name: 'Tiny', files });
});
afterAll(() => engine.dispose());

/** As many ids as the context holds, in steps through the vocabulary. */
const idsBy = (step: number) =>
  Array.from({ length: tinyShape.context }, (_, position) => (position * step) % tinyShape.vocabulary);

const address = (name: string) => ({ layer: Number(name[1]), head: Number(name[3]) });

/** What the run on screen says, as a published answer. */
async function published(prompt: string) {
  const { run, tokens } = await engine.call('run', { prompt });
  const last = tokens.length - 1;
  const { data } = await engine.call('tensor', { run, name: 'logits', rows: [last, last + 1] });
  const rows = await Promise.all(
    heads.map(async (name) => {
      const { layer, head } = address(name);
      return [
        ...(
          await engine.call('tensor', {
            run,
            name: `blocks.${layer}.attn.hook_pattern`,
            head,
            rows: [last, last + 1],
          })
        ).data,
      ];
    }),
  );
  return {
    prompt,
    ids: tokens.map(({ id }) => id),
    top: largest(data, 8).map((id): [number, number] => [id, data[id]! + 5]),
    attention: Object.fromEntries(heads.map((name, index) => [name, rows[index]!])),
  };
}

test('a probe says what a run says, and leaves the run on screen alone', async () => {
  const { run } = await engine.call('run', { prompt: 'abc' });
  const before = await engine.call('tensor', { run, name: 'logits', rows: [2, 3] });
  const other = await engine.call('probe', { prompt: 'zebra', heads: [address('L1H0')] });
  expect(other.ids).toEqual([25, 4, 1, 17, 0]);
  expect(other.patterns[0]).toHaveLength(5);
  expect(other.patterns[0]!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  expect((await engine.call('tensor', { run, name: 'logits', rows: [2, 3] })).data).toEqual(before.data);
  const shown = await engine.call('run', { prompt: 'zebra' });
  expect((await engine.call('tensor', { run: shown.run, name: 'logits', rows: [4, 5] })).data).toEqual(
    other.logits,
  );
});

test('a probe of many positions says what the run says at each, whatever follows them', async () => {
  const ids = idsBy(7);
  const { run } = await engine.call('run', { prompt: '', ids });
  const [begin, end] = [2, ids.length - 1];
  const shown = await engine.call('tensor', { run, name: 'logits', rows: [begin, end] });
  const probe = await engine.call('probe', { ids: ids.slice(0, end), heads: [], rows: [begin, end] });
  expect(probe.logits).toEqual(shown.data);
});

test.each([true, false])('a comparer measures position by position, exact itself: %s', async (exact) => {
  const abi = await newEngine();
  const models = [loadAs.f32, loadAs.q8].map((as) => loadBytes(abi, tinyConfig(), tinyFile(), as));
  const ids = idsBy(5);
  const [f32, q8] = models.map((model) => {
    const session = abi.sessionNew(model);
    runTo(abi, session, ids);
    return abi.sessionTensor(session, 'logits').data;
  });
  const { vocabulary, layers } = tinyShape;
  const rowOf = (data: Float32Array, row: number) => data.subarray(row * vocabulary, (row + 1) * vocabulary);
  let pauses = 0;
  const pause = async () => void (pauses += 1);
  const comparer = new Comparer(abi, models[exact ? 0 : 1]!, exact);
  await comparer.run(ids, pause);
  expect(pauses).toBeGreaterThanOrEqual(layers - 1);
  const begin = 3;
  const found = await comparer.judge(begin, (exact ? q8! : f32!).slice(begin * vocabulary), pause);
  expect(found).toEqual(
    ids.slice(begin).map((_, row) => diverge(rowOf(f32!, begin + row), rowOf(q8!, begin + row))),
  );
  expect(agreement(found).kl).toBeGreaterThan(0);
});

test('the check passes what was published and gives way to typing', async () => {
  const reference: Reference = {
    model: 'tiny',
    about: '',
    shape: { ...tinyShape, inner: 4 * tinyShape.width },
    cases: [await published('abc'), await published('hello'), await published('q')],
  };
  const told: number[] = [];
  const options = {
    dtype: 'q8',
    signal: new AbortController().signal,
    idle: async () => undefined,
    onCase: (done: number) => void told.push(done),
  } as const;
  // A run arrives in the middle of the probes and is answered.
  const [verdict, typed] = await Promise.all([
    check(engine.call.bind(engine), reference, options),
    engine.call('run', { prompt: 'typed' }),
  ]);
  expect(verdict).toMatchObject({ passed: true, idsEqual: 3, inPlace: 24, places: 24, attention: 0 });
  expect(verdict.logit).toBeLessThan(1e-5);
  expect(told).toEqual([0, 1, 2, 3]);
  expect(typed.tokens).toHaveLength(5);

  const wrong = structuredClone(reference);
  wrong.cases[2]!.attention.L0H0 = [0.5];
  wrong.cases[2]!.top[0]![1] += 2;
  expect(await check(engine.call.bind(engine), wrong, options)).toMatchObject({
    passed: false,
    attention: 0.5,
  });
});

test('the check ends when it is no longer wanted', async () => {
  const stop = new AbortController();
  stop.abort(new DOMException('gone', 'AbortError'));
  const reference = {
    model: 'tiny',
    about: '',
    shape: { ...tinyShape, inner: 32 },
    cases: [await published('abc')],
  };
  await expect(
    check(engine.call.bind(engine), reference, {
      dtype: 'q8',
      signal: stop.signal,
      idle: async () => undefined,
    }),
  ).rejects.toThrow(/gone/);
});
