/** The worker's end with the real engine: every call of the protocol. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Abi } from '../../web/src/wasm/abi';
import type { Engine } from '../../web/src/client/client';
import { readSafetensors, tinyConfig, tinyFile, tinyShape } from './engine';
import { InProcessWorker } from './in_process_worker';
import { failureOf, letters, source, useEngine } from './served';

const { layers, heads, width, context, vocabulary } = tinyShape;
const served = useEngine();
const { events, run } = served;
let engine: Engine;
beforeAll(() => {
  ({ engine } = served);
});

describe('the calls', () => {
  test('load says what the model is, and reports progress up to the last byte', async () => {
    events.length = 0;
    const info = await engine.call('load', source());
    expect(info).toMatchObject({
      ...{ id: 'tiny', name: 'Tiny', layers, heads, width, context, vocabulary, dtype: 'q8' },
      ...{ hasTokenizer: true, endTokens: [], documentMark: -1 },
    });
    const progress = events.flatMap((event) => (event.type === 'progress' ? [event.progress] : []));
    const size = tinyFile().length;
    expect(progress.filter(({ stage }) => stage === 'weights').at(-1)).toEqual({
      stage: 'weights',
      received: size,
      total: size,
    });
    expect(progress.map(({ stage }) => stage)).toContain('tokenizer');
  });

  test('a run tells step by step how far it is when it takes long, and nothing else does', async () => {
    const ran = () => events.flatMap((event) => (event.type === 'ran' ? [event] : []));
    events.length = 0;
    await run('dead');
    expect(ran()).toEqual([]);
    const longer = { ...tinyShape, context: 100 };
    const file = tinyFile(longer);
    await engine.call('load', source({ 'config.json': tinyConfig(longer), 'model.safetensors': file }));
    // A clock on which each look takes a second.
    let now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    const ids = Array.from({ length: 100 }, (_, i) => (7 * i) % vocabulary);
    await engine.call('run', { prompt: '', ids }).finally(() => clock.mockRestore());
    // Two bands of tokens, each through all blocks.
    const of = 2 * layers;
    expect(ran()).toEqual(Array.from({ length: of }, (_, i) => ({ type: 'ran', steps: i + 1, of })));
    await engine.call('load', source());
  });

  test('run tells what comes next, the same as if it were asked afterwards', async () => {
    const sampling = { temperature: 0.8, topK: 12, topP: 0.9 };
    const next = { ...sampling, count: 5, around: 3, seed: 42, index: 2 };
    const { run: id, next: told } = await engine.call('run', { prompt: 'dead', next });
    const distribution = await engine.call('distribution', {
      run: id,
      ...sampling,
      ranks: [0, 5],
      around: 3,
    });
    expect(told).toEqual({
      distribution,
      draw: await engine.call('draw', { run: id, ...sampling, seed: 42, index: 2 }),
    });
    expect(distribution.candidates).toHaveLength(5);
    expect(distribution.edge.map(({ rank }) => rank)).toEqual(
      [-1, 0, 1].map((by) => distribution.keptByP + by),
    );
    expect(distribution.edge.map(({ kept }) => kept === 'yes')).toEqual([true, false, false]);
  });

  test('a position is ranked once a run, and each setting applied once, whoever asks', async () => {
    const rank = vi.spyOn(Abi.prototype, 'sessionRank');
    const distribute = vi.spyOn(Abi.prototype, 'sessionDistribute');
    const { run: id } = await run('dead');
    const ask = (temperature: number, position?: number) =>
      engine.call('distribution', { run: id, temperature, topK: 0, topP: 0.9, ranks: [0, 4], position });
    const first = await ask(1);
    expect(await ask(1)).toEqual(first);
    await engine.call('draw', { run: id, temperature: 1, topK: 0, topP: 0.9, seed: 1, index: 0 });
    expect([rank.mock.calls.length, distribute.mock.calls.length]).toEqual([1, 1]);
    const cool = await ask(0.5);
    expect(cool.entropy).toBeLessThan(first.entropy);
    expect([rank.mock.calls.length, distribute.mock.calls.length]).toEqual([1, 2]);
    const earlier = await ask(0.5, 0);
    expect(earlier.candidates).not.toEqual(cool.candidates);
    expect(await ask(0.5)).toEqual(cool);
    expect([rank.mock.calls.length, distribute.mock.calls.length]).toEqual([3, 4]);
    // What was refused leaves nothing behind that would be taken for an answer.
    expect((await failureOf(ask(-1))).code).toBe('input');
    expect(await ask(0.5)).toEqual(cool);
    const { run: next } = await run('deaf');
    expect(
      await engine.call('distribution', { run: next, temperature: 0.5, topK: 0, topP: 0.9, ranks: [0, 4] }),
    ).not.toEqual(cool);
    vi.restoreAllMocks();
  });

  test('a run is good also where its next token is refused', async () => {
    const refused = { temperature: -1, topK: 0, topP: 1, count: 5, around: 0, seed: 1, index: 0 };
    const result = await engine.call('run', { prompt: 'dead', next: refused });
    expect(result.tokens).toHaveLength(4);
    expect(result.next).toBeUndefined();
  });

  test('screen answers all at once, of the newest run, with the rows carried over to its length', async () => {
    const wanted = [
      { name: 'hook_embed', rows: [0, 4] as [number, number] },
      { name: 'blocks.1.attn.hook_q', head: 1, rows: [2, 4] as [number, number] },
      { name: 'blocks.0.hook_resid_pre' },
    ];
    const finished = run('deadbee');
    const screen = await engine.call('screen', { tokens: 4, tensors: wanted });
    const { run: id } = await finished;
    expect(screen.run).toBe(id);
    expect(screen.tensors.map(({ request }) => request.rows)).toEqual([[0, 7], [5, 7], undefined]);
    for (const { request, tensor } of screen.tensors) {
      expect(tensor).toEqual(await engine.call('tensor', { run: id, ...request }));
    }
  });

  test('run answers with its tokens, and tells what was re-used', async () => {
    const first = await run('dead');
    expect(first.tokens.map(({ id, text, bytes }) => [id, text, ...bytes])).toEqual([
      [3, 'd', 100],
      [4, 'e', 101],
      [0, 'a', 97],
      [3, 'd', 100],
    ]);
    const longer = await engine.call('run', { prompt: 'dead', appended: [4, 3] });
    expect([longer.tokens.length, longer.reused]).toEqual([6, 4]);
    expect(longer.run).toBeGreaterThan(first.run);
    const ids = await engine.call('run', { prompt: 'ignored', ids: [1, 2] });
    expect(ids.tokens.map(({ text }) => text)).toEqual(['b', 'c']);
  });

  test('tensor, thumbnails and their slices have the shapes they should', async () => {
    const { run: id } = await run('dead');
    const pattern = await engine.call('tensor', { run: id, name: 'blocks.0.attn.hook_pattern' });
    expect(pattern.shape).toEqual([heads, 4, 4]);
    for (let row = 0; row < heads * 4; row++) {
      expect(pattern.data.slice(4 * row, 4 * row + 4).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    }
    const head = await engine.call('tensor', {
      run: id,
      name: 'blocks.0.attn.hook_pattern',
      head: 1,
      rows: [1, 3],
    });
    expect(head.shape).toEqual([2, 4]);
    expect([...head.data]).toEqual([...pattern.data.slice(16 + 4, 16 + 12)]);
    const thumbnails = await engine.call('tensor', { run: id, name: 'thumbnails', size: 4 });
    expect(thumbnails.shape).toEqual([layers, heads, 4, 4]);
    expect([...thumbnails.data.slice(0, 2 * 16)]).toEqual([...pattern.data]);
  });

  test('distribution ranks, cuts and finds what is asked for', async () => {
    const { run: id } = await run('dead');
    const settings = { run: id, temperature: 0.7, topK: 5, topP: 1 };
    const { candidates, asked, ...summary } = await engine.call('distribution', {
      ...settings,
      ranks: [0, 1000],
      ids: [7, 3],
    });
    expect(candidates).toHaveLength(vocabulary);
    expect(candidates.map(({ rank }) => rank)).toEqual(Array.from({ length: vocabulary }, (_, rank) => rank));
    expect(candidates.every(({ id: token, text }) => text === letters[token])).toBe(true);
    expect(candidates.map(({ kept }) => kept)).toEqual([
      ...Array(5).fill('yes'),
      ...Array(vocabulary - 5).fill('k'),
    ]);
    expect(candidates.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(asked.map(({ id: token }) => token)).toEqual([7, 3]);
    for (const one of asked) expect(candidates[one.rank]).toEqual(one);
    expect(summary).toMatchObject({ vocabulary, keptByK: 5, keptByP: 5, massCutByP: 0 });

    const earlier = await engine.call('distribution', { ...settings, position: 1, ranks: [0, 3] });
    const short = await run('de');
    const same = await engine.call('distribution', { ...settings, run: short.run, ranks: [0, 3] });
    expect(earlier.candidates).toEqual(same.candidates);
  });

  test('ranks say in one array what candidates say one by one, and their tokens stay under any settings', async () => {
    const { run: id } = await run('dead');
    const settings = { run: id, temperature: 0.7, topK: 9, topP: 0.8 };
    const all = await engine.call('distribution', { ...settings, ranks: [0, vocabulary] });
    const { blocks, data, ...summary } = await engine.call('ranks', {
      ...settings,
      blocks: [
        [0, 3],
        [vocabulary - 2, vocabulary + 7],
      ],
    });
    expect(blocks).toEqual([
      [0, 3],
      [vocabulary - 2, vocabulary],
    ]);
    const { candidates, asked, edge, ...told } = all;
    expect(summary).toEqual(told);
    expect([asked, edge]).toEqual([[], []]);
    const cut = ['yes', 'k', 'p'];
    expect(Array.from(data)).toEqual(
      [0, 1, 2, vocabulary - 2, vocabulary - 1].flatMap((rank) => {
        const { id: token, logit, tempered, raw, scaled, probability, kept } = candidates[rank]!;
        return [token, logit, tempered, raw, scaled, probability, cut.indexOf(kept)];
      }),
    );
    const texts = candidates.map(({ text }) => text);
    for (const temperature of [0.7, 0, 2])
      expect(
        await engine.call('rankTexts', { ...settings, temperature, ranks: [1, vocabulary + 1] }),
      ).toEqual(texts.slice(1));
  });

  test('draw repeats with its seed and names its token', async () => {
    const { run: id } = await run('dead');
    const request = { run: id, temperature: 1, topK: 0, topP: 1, seed: 42, index: 0 };
    const drawn = await engine.call('draw', request);
    expect(drawn.text).toBe(letters[drawn.id]);
    expect(await engine.call('draw', request)).toEqual(drawn);
    const greedy = await engine.call('draw', { ...request, temperature: 0 });
    expect(greedy.rank).toBe(0);
  });

  test('surprise tells each position its best guess and what came', async () => {
    const { run: id } = await run('dead');
    const rows = await engine.call('surprise', { run: id, rows: [0, 4] });
    expect(rows.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
    expect(rows.map(({ actual }) => actual?.text)).toEqual(['e', 'a', 'd', undefined]);
    const { candidates } = await engine.call('distribution', {
      run: id,
      position: 2,
      temperature: 1,
      topK: 0,
      topP: 1,
      ranks: [0, vocabulary],
    });
    expect(rows[2]!.best.id).toBe(candidates[0]!.id);
    expect(candidates[rows[2]!.actual!.rank]!.text).toBe('d');
    expect(rows[2]!.actual!.raw).toBeCloseTo(candidates[rows[2]!.actual!.rank]!.raw, 6);
  });

  test('encode, tokens and merges speak of text', async () => {
    expect((await engine.call('encode', { text: 'cab' })).map(({ id }) => id)).toEqual([2, 0, 1]);
    expect((await engine.call('tokens', { ids: [25, 0] })).map(({ text }) => text)).toEqual(['z', 'a']);
    const { pieces, symbols, tokens, steps } = await engine.call('merges', { text: 'cab' });
    expect(pieces).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    const text = new TextDecoder();
    expect(symbols.map((piece) => piece.map((one) => text.decode(one)))).toEqual([['c'], ['a'], ['b']]);
    expect(tokens.map((piece) => piece.map(({ id }) => id))).toEqual([[2], [0], [1]]);
    expect(steps).toEqual([]);
  });

  test('weight, nearest and unembed read the model', async () => {
    const { run: id } = await run('dead');
    const row = await engine.call('weight', { name: 'wte.weight', rows: [7, 8] });
    expect(row.shape).toEqual([1, width]);
    const nearest = await engine.call('nearest', { vector: row.data, count: 2 });
    expect(nearest[0]).toMatchObject({ id: 7, text: 'h' });
    const last = await engine.call('tensor', {
      run: id,
      name: `blocks.${layers - 1}.hook_resid_post`,
      rows: [3, 4],
    });
    const { data: logits } = await engine.call('tensor', { run: id, name: 'logits', rows: [3, 4] });
    const { up, down, mean } = await engine.call('unembed', { vector: last.data, finalNorm: true, count: 3 });
    const sorted = [...logits].sort((a, b) => b - a);
    expect(up.map(({ score }) => score)).toEqual(sorted.slice(0, 3));
    expect(down.map(({ score }) => score)).toEqual(sorted.reverse().slice(0, 3));
    expect(mean).toBeCloseTo(logits.reduce((a, b) => a + b) / vocabulary, 5);
  });

  test('the tensor table lists what can be asked for', async () => {
    const { run: id } = await run('dead');
    for (const { name, perLayer } of await engine.call('tensorTable', null)) {
      const tensor = await engine.call('tensor', { run: id, name: perLayer ? `blocks.0.${name}` : name });
      expect(tensor.data.length).toBe(tensor.shape.reduce((a, b) => a * b, 1));
    }
  });

  test('a trace is a safetensors file of every tensor', async () => {
    const { run: id } = await run('dead');
    const blob = await engine.call('trace', { run: id });
    const tensors = readSafetensors(new Uint8Array(await blob.arrayBuffer()));
    const table = await engine.call('tensorTable', null);
    const perLayer = table.filter((row) => row.perLayer).length;
    expect(tensors.size).toBe(table.length - perLayer + layers * perLayer);
    for (const [name, { shape, data }] of tensors) {
      const tensor = await engine.call('tensor', { run: id, name });
      expect([name, shape]).toEqual([name, tensor.shape]);
      expect(data).toEqual(tensor.data);
    }
  });
});
