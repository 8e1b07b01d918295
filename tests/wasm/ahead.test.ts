/** Answers to texts that are not typed yet, by the real engine, beside the run on screen. */
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Abi, EngineRefusal, tokenizerKind } from '../../web/src/wasm/abi';
import { lookAhead } from '../../web/src/worker/ahead';
import type { Engine } from '../../web/src/client/client';
import { freeModel, type LoadedModel } from '../../web/src/worker/loading';
import type { AheadRequest, Foretold, NextRequest } from '../../web/src/protocol/protocol';
import { Vocabulary } from '../../web/src/worker/vocabulary';
import { loadBytes, newEngine, tinyConfig, tinyFile, type TinyShape, tinyShape } from './engine';
import { failureOf, letters, source, useEngine } from './served';

const next: NextRequest = { temperature: 0.7, topK: 9, topP: 0.8, count: 5, around: 3, seed: 4, index: 0 };
const about = (text: string, more: Partial<AheadRequest> = {}): AheadRequest => ({
  ...{ asked: 3, text, expected: [], known: [], every: false, next, milliseconds: 10_000 },
  ...more,
});

describe('beside a run', () => {
  const served = useEngine();
  let engine: Engine;
  beforeAll(() => {
    ({ engine } = served);
  });

  async function ahead(text: string, more: Partial<AheadRequest> = {}): Promise<Foretold[]> {
    const before = served.events.length;
    await engine.call('ahead', about(text, more));
    return served.events.slice(before).flatMap((event) => (event.type === 'ahead' ? event.answers : []));
  }
  const runOf = async (prompt: string, settings = next) =>
    (await engine.call('run', { prompt, next: settings })).next!;

  test('each text is answered as its run will be, to the same bits', async () => {
    const foretold = await ahead('dead');
    // Nearly all letters, and Backspace; the space is no token of this model.
    const often = letters.slice(0, 26).filter((letter) => !'jqxz'.includes(letter));
    expect(foretold.map(({ prompt }) => prompt).sort()).toEqual(
      ['dea', ...often.map((letter) => `dead${letter}`)].sort(),
    );
    for (const { prompt, next: answer } of foretold) expect(answer).toEqual(await runOf(prompt));
  });

  test('so it is after another text, and under other settings', async () => {
    const greedy = { ...next, temperature: 0, count: 2 };
    for (const { prompt, next: answer } of await ahead('deaf', { next: greedy })) {
      expect(answer).toEqual(await runOf(prompt, greedy));
      expect(answer.distribution.candidates).toHaveLength(2);
    }
  });

  test('the run on screen stays as it is', async () => {
    const { run } = await engine.call('run', { prompt: 'fade' });
    const before = await engine.call('tensor', { run, name: 'logits' });
    expect((await ahead('fade')).length).toBeGreaterThan(20);
    expect(await engine.call('tensor', { run, name: 'logits' })).toEqual(before);
    expect((await engine.call('distribution', { run, ...next, ranks: [0, 3] })).candidates).toHaveLength(3);
  });

  test('the answers come with the mark of the question', async () => {
    await ahead('ab', { asked: 41 });
    expect(served.events.at(-1)).toMatchObject({ type: 'ahead', asked: 41 });
  });

  test('what is known is not answered once more', async () => {
    // In place of the "b".
    const told = (await ahead('ab', { known: ['be', 'bx', '', 'c'] })).map(({ prompt }) => prompt);
    expect(told).toContain('aba');
    for (const known of ['abe', 'abx', 'a']) expect(told).not.toContain(known);
  });

  test('every key is answered if that is wanted, as its run will be', async () => {
    const likely = (await ahead('dead')).map(({ prompt }) => prompt);
    const foretold = await ahead('dead', { every: true });
    expect(foretold.map(({ prompt }) => prompt).slice(0, likely.length)).toEqual(likely);
    // All characters that this model has a token for, and Backspace.
    const typed = letters.filter((letter) => letter.length === 1 && letter >= ' ');
    expect(foretold.map(({ prompt }) => prompt).sort()).toEqual(
      ['dea', ...typed.map((letter) => `dead${letter}`)].sort(),
    );
    for (const { prompt, next: answer } of foretold) expect(answer).toEqual(await runOf(prompt));
  });

  test('texts that the engine refuses are left out', async () => {
    const full = 'a'.repeat(tinyShape.context);
    expect((await ahead(full)).map(({ prompt }) => prompt)).toEqual([full.slice(1)]);
    expect(await ahead(`${full}abc`)).toEqual([]);
    expect(await ahead('')).toEqual([]);
    expect(await ahead('고양이')).toEqual([]);
  });

  test('when the time is over no further text is begun', async () => {
    const expected = [{ text: 'c', probability: 1 }];
    expect((await ahead('ab', { expected, milliseconds: 0 })).map(({ prompt }) => prompt)).toEqual(['abc']);
  });

  test('without a tokenizer there are no texts', async () => {
    await engine.call('load', source({ 'vocab.json': null }, 'ids'));
    expect((await failureOf(ahead('ab'))).reason?.code).toBe('no_tokenizer');
    await engine.call('load', source());
    expect((await ahead('ab')).length).toBeGreaterThan(20);
  });
});

describe('between its texts and its blocks', () => {
  const shape: TinyShape = { ...tinyShape, context: 64 };
  const go = () => Promise.resolve();
  afterEach(() => vi.restoreAllMocks());

  async function model(): Promise<{ abi: Abi; loaded: LoadedModel }> {
    const abi = await newEngine();
    const handle = loadBytes(abi, tinyConfig(shape), tinyFile(shape));
    const tokenizer = abi.tokenizerNew(tokenizerKind.list, JSON.stringify(letters));
    const texts = abi.tokenizerVocabulary(tokenizer);
    const loaded = {
      info: { vocabulary: shape.vocabulary },
      model: handle,
      session: abi.sessionNew(handle),
      tokenizer,
      vocabulary: new Vocabulary(texts.offsets, texts.bytes),
    } as LoadedModel;
    return { abi, loaded };
  }

  test('it stops when it is told to, with what it has told, and goes on from there', async () => {
    const { abi, loaded } = await model();
    const told: Foretold[] = [];
    const tell = (answers: Foretold[]) => told.push(...answers);
    const stop = () => (told.length < 6 ? Promise.resolve() : Promise.reject(new Error('stop')));
    await expect(lookAhead(abi, loaded, about('dead'), stop, tell)).rejects.toThrow('stop');
    const known = told.map(({ prompt }) => prompt.slice('dea'.length));
    expect(known.length).toBeLessThan(12);
    expect(await lookAhead(abi, loaded, about('dead', { known }), go, tell)).toBe(true);
    expect(new Set(told.map(({ prompt }) => prompt)).size).toBe(told.length);
    expect(told).toHaveLength(23);
  });

  test('what is answered when it is stopped is told', async () => {
    const { abi, loaded } = await model();
    const expected = [{ text: 'c', probability: 1 }];
    const told: Foretold[] = [];
    const stop = () => Promise.reject(new Error('stop'));
    const asked = lookAhead(abi, loaded, about('ab', { expected }), stop, (all) => told.push(...all));
    await expect(asked).rejects.toThrow('stop');
    expect(told.map(({ prompt }) => prompt)).toEqual(['abc']);
  });

  test('its time ends within a text as well, and what was computed of it stays', async () => {
    const { abi, loaded } = await model();
    const request = about('ab'.repeat(30), { expected: [{ text: 'c', probability: 1 }], milliseconds: 0 });
    // Every look at the clock finds that a block has taken long.
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 10));
    const told: Foretold[] = [];
    const tell = (all: Foretold[]) => told.push(...all);
    expect(await lookAhead(abi, loaded, request, go, tell)).toBe(false);
    expect(told).toEqual([]);
    vi.restoreAllMocks();
    expect(await lookAhead(abi, loaded, { ...request, milliseconds: 10_000 }, go, tell)).toBe(true);
    expect(told.length).toBeGreaterThan(3);
  });

  test('it takes one session for all texts', async () => {
    const { abi, loaded } = await model();
    await lookAhead(abi, loaded, about('dead'), go, () => {});
    const { session } = loaded.beside!;
    await lookAhead(abi, loaded, about('beef'), go, () => {});
    expect(loaded.beside!.session).toBe(session);
    expect(loaded.session).not.toBe(session);
  });

  test('its session goes with the model', async () => {
    const { abi, loaded } = await model();
    await lookAhead(abi, loaded, about('dead'), go, () => {});
    freeModel(abi, loaded);
    for (const session of [loaded.session, loaded.beside!.session])
      expect(() => abi.sessionStart(session, [1])).toThrow(EngineRefusal);
  });
});
