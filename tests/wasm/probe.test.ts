/** The reference check through the real engine, beside a run that is on screen. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine, type Engine } from '../../web/src/engine/client';
import { check } from '../../web/src/models/checking';
import { largest, type Reference } from '../../web/src/models/reference';
import { tinyConfig, tinyFile, tinyShape } from './engine';
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
