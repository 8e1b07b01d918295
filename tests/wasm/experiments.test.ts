/** Experiments through the worker's end, and the same through the command line: the same numbers. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/src/client/client';
import type { SweepCell } from '../../web/src/protocol/experiments';
import { tinyShape } from './engine';
import { failureOf, useEngine } from './served';

const { layers, heads, inner } = { inner: 4 * tinyShape.width, ...tinyShape };
const served = useEngine();
const { events } = served;
let engine: Engine;
let run: number;
const prompt = 'deadbeef';
const tokens = [...prompt].length;
beforeAll(async () => {
  ({ engine } = served);
  ({ run } = await engine.call('run', { prompt }));
});
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe('read-outs', () => {
  test('the lens ends at the run: no divergence, and its logits to the bit', async () => {
    const points = await engine.call('lens', { run, top: 3, ids: [1, 0] });
    expect(points.map(({ point }) => point)).toEqual([
      ...Array.from({ length: layers }, (_, layer) => [`${layer}.pre`, `${layer}.mid`]).flat(),
      'final',
    ]);
    const last = points.at(-1)!;
    expect(last.klNats).toBe(0);
    const { data } = await engine.call('tensor', { run, name: 'logits', rows: [tokens - 1, tokens] });
    expect(last.targets.map(({ logit }) => logit)).toEqual([data[1], data[0]]);
    expect(last.top[0]!.id).toBe(data.indexOf(Math.max(...data)));
    const blocks = await engine.call('lens', { run, top: 1, everyPoint: false });
    expect(blocks).toHaveLength(layers + 1);
  });

  test.each([undefined, 2, 'mean'] as const)('parts add up to the difference to %s', async (rival) => {
    const why = await engine.call('why', { run, target: 1, ...(rival !== undefined && { rival }) });
    const parts = [
      ...[why.embed, why.posEmbed, why.constant, why.rounding, ...why.attentionBias, ...why.mlp],
      ...why.heads.flat(),
    ];
    const size = sum(parts.map(Math.abs));
    expect(Math.abs(sum(parts) - why.difference)).toBeLessThan(1e-5 * size);
    expect(Math.abs(why.rounding)).toBeLessThan(0.02 * size);
    expect(why.position).toBe(tokens - 1);
    for (let layer = 0; layer < layers; layer += 1) {
      const sources = await engine.call('whySources', { run, layer });
      expect(sources.shape).toEqual([heads, tokens]);
      const bySource = Array.from({ length: heads }, (_, head) =>
        sum([...sources.data.subarray(head * tokens, (head + 1) * tokens)]),
      );
      bySource.forEach((part, head) => expect(part).toBeCloseTo(why.heads[layer]![head]!, 2));
      const neurons = await engine.call('whyNeurons', { run, layer });
      expect(neurons.shape).toEqual([inner + 1]);
    }
  });

  test('sources and neurons in the same answer are those that are asked for one by one', async () => {
    const whole = await engine.call('why', { run, target: 1, rival: 2, sources: true, neurons: layers - 1 });
    expect(whole.sources!.shape).toEqual([layers, heads, tokens]);
    for (let layer = 0; layer < layers; layer += 1) {
      const { data } = await engine.call('whySources', { run, layer });
      expect(whole.sources!.data.subarray(layer * heads * tokens, (layer + 1) * heads * tokens)).toEqual(
        data,
      );
    }
    expect(whole.neurons).toEqual(await engine.call('whyNeurons', { run, layer: layers - 1 }));
  });

  test('scores lie between 0 and 1, rollout rows sum to 1, and the stream ends at itself', async () => {
    const scores = await engine.call('headScores', { run });
    expect(scores).toHaveLength(layers);
    for (const { previous, first, self, broad } of scores.flat())
      for (const score of [previous, first, self, broad]) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1.000001);
      }
    // "deadbeef": the second d, the second and the third e.
    expect(scores[0]![0]!.repeats).toBe(3);
    const rolled = await engine.call('rollout', { run, fuse: 'max' });
    expect(rolled.shape).toEqual([layers, tokens]);
    for (let layer = 0; layer < layers; layer += 1)
      expect(sum([...rolled.data.subarray(layer * tokens, (layer + 1) * tokens)])).toBeCloseTo(1, 5);
    const stream = await engine.call('geometry', { run });
    expect(stream).toHaveLength(layers + 1);
    expect(stream.at(-1)!.cosineFinal).toBeCloseTo(1, 5);
  });

  test('what does not exist is refused with the reason, and the engine goes on', async () => {
    expect(await failureOf(engine.call('lens', { run, top: 3, position: tokens }))).toMatchObject({
      code: 'input',
    });
    expect(await failureOf(engine.call('why', { run, target: 1e6 }))).toMatchObject({ code: 'input' });
    expect(await failureOf(engine.call('whyNeurons', { run, layer: layers }))).toMatchObject({
      code: 'input',
    });
    expect(await failureOf(engine.call('lens', { run: run + 100, top: 1 }))).toMatchObject({ code: 'stale' });
    expect(await engine.call('lens', { run, top: 1 })).toHaveLength(2 * layers + 1);
  });
});

describe('the changed run', () => {
  test('is asked for before there is one: an error that says what to do', async () => {
    const { run: fresh } = await engine.call('run', { prompt: 'cafe' });
    expect(await failureOf(engine.call('lens', { run: fresh, of: 'changed', top: 1 }))).toMatchObject({
      code: 'input',
    });
    ({ run } = await engine.call('run', { prompt }));
  });

  test('changes that change nothing are equal by bits', async () => {
    const changed = await engine.call('changed', {
      run,
      interventions: { heads: [{ layer: 0, head: 0, scale: 1 }], window: tokens },
      locate: true,
    });
    expect(changed).toMatchObject({ tokens, overflow: false, differs: null });
    expect(changed.comparison).toMatchObject({ deltaLogit: 0, deltaDifference: 0, klNats: 0 });
    const difference = await engine.call('changedTensor', {
      run,
      name: 'blocks.0.attn.hook_attn_scores',
      difference: true,
    });
    expect([...difference.data].every((value) => value === 0)).toBe(true);
  });

  const all = {
    heads: [{ layer: 0, head: 1, scale: 0, from: 2 }],
    skipMlp: [{ layer: 1, from: 3 }],
    cutEdges: [{ layer: 1, head: -1, query: 6, key: 2 }],
    window: 5,
    noMask: true,
    positions: { shift: 1 },
    attentionTemperature: 1.5,
    norms: [{ mode: 'frozen' as const }],
    kvGroups: 1,
    patches: [{ layer: 1, token: 4, site: 'attn_out' as const }],
  };

  test('everything at once runs, and every question can be asked of it', async () => {
    const changed = await engine.call('changed', {
      run,
      interventions: all,
      target: 1,
      rival: 2,
      locate: true,
    });
    expect(changed.overflow).toBe(false);
    expect(changed.differs).toMatchObject({ name: 'hook_pos_embed', row: 0 });
    expect(changed.comparison!.klNats).toBeGreaterThan(0);
    const points = await engine.call('lens', { run, of: 'changed', top: 1, ids: [1] });
    const [base] = (await engine.call('lens', { run, top: 1, ids: [1] })).slice(-1);
    expect(points.at(-1)!.targets[0]!.logit - base!.targets[0]!.logit).toBeCloseTo(
      changed.comparison!.deltaLogit,
      5,
    );
    const why = await engine.call('why', { run, of: 'changed', target: 1, rival: 2 });
    const own = await engine.call('why', { run, target: 1, rival: 2 });
    expect(why.difference - own.difference).toBeCloseTo(changed.comparison!.deltaDifference, 5);
    const pattern = await engine.call('changedTensor', { run, name: 'blocks.0.attn.hook_pattern', head: 0 });
    expect(pattern.data[1]).toBeGreaterThan(0); // token 0 looks at token 1
  });

  test('a second prompt is compared token by token', async () => {
    const { ids } = await engine.call('probe', { prompt: 'deedbeef', heads: [] });
    const changed = await engine.call('changed', { run, interventions: {}, ids, locate: true });
    expect(changed.differs).toEqual({ name: 'hook_embed', row: 2 });
  });

  const settings = { temperature: 1, topK: 0, topP: 1, count: 2, around: 0, seed: 1, index: 0 };

  test('words that either list names are told in both models, at the run’s own numbers', async () => {
    const interventions = { skipMlp: [0, 1] };
    const { words, next, comparison } = await engine.call('changed', {
      ...{ run, interventions, next: settings, listed: [3, 1] },
    });
    const named = next!.distribution.candidates.map(({ id }) => id);
    expect(words!.map(({ before }) => before.id)).toEqual([...new Set([3, 1, ...named])]);
    const rows: [number, number] = [tokens - 1, tokens];
    const base = await engine.call('tensor', { run, name: 'logits', rows });
    const changed = await engine.call('changedTensor', { run, name: 'logits', rows });
    for (const { before, after } of words!) {
      expect(after.id).toBe(before.id);
      expect(before.logit).toBe(base.data[before.id]);
      expect(after.logit).toBe(changed.data[after.id]);
    }
    expect(next!.distribution.candidates[0]!.id).toBe(comparison!.after.first);
    const asked = { ...settings, run, ranks: [0, 2] as [number, number] };
    const own = await engine.call('distribution', { ...asked, of: 'changed' });
    expect(own.candidates.map(({ id }) => id)).toEqual(named);
    const drawn = await engine.call('draw', { ...settings, run, of: 'changed' });
    expect(drawn.id).toBe(next!.draw.id);
  });

  test('the same list again runs nothing, and a look of one’s own leaves the changed run as it is', async () => {
    const first = { run, interventions: { window: 2 } };
    await engine.call('changed', first);
    const slice = { run, name: 'blocks.1.hook_resid_post' };
    const before = await engine.call('changedTensor', slice);
    const other = await engine.call('changed', { run, as: 'other', interventions: { skipLayer: [1] } });
    expect(other.milliseconds).toBeGreaterThan(0);
    expect(await engine.call('changedTensor', slice)).toEqual(before);
    expect(await engine.call('changedTensor', { ...slice, as: 'other' })).not.toEqual(before);
    expect(await engine.call('changed', first)).toMatchObject({ milliseconds: 0, reused: tokens });
  });

  test.each([
    { heads: [{ layer: 99, head: 0, scale: 0 }] },
    { kvGroups: 99 },
    { positions: { shift: 100000 } },
    { attentionTemperature: 0 },
    { heads: [{ layer: 0, head: 0, mean: true }] },
    { patches: [{ layer: 0, token: 99 }] },
    { cutEdges: [{ layer: 0, head: 0, query: 0, key: 99 }] },
  ])('%j is refused, and the run on screen stays', async (interventions) => {
    expect(await failureOf(engine.call('changed', { run, interventions }))).toMatchObject({
      code: 'input',
      reason: { code: 'intervention' },
    });
    expect(await engine.call('lens', { run, top: 1 })).toHaveLength(2 * layers + 1);
  });
});

describe('sweeps', () => {
  test.each(['heads', 'blocks', 'looks', 'depth'] as const)(
    '%s: as many cells as parts, told as events',
    async (over) => {
      events.length = 0;
      const count = await engine.call('sweep', { asked: 7, run, over, at: 'last', target: 1, rival: 2 });
      const cells = events.flatMap((event): SweepCell[] =>
        event.type === 'cells' && event.asked === 7 ? event.cells : [],
      );
      expect(count).toBe({ heads: layers * heads, blocks: 3 * layers, looks: tokens, depth: layers }[over]);
      expect(cells).toHaveLength(count);
      for (const { effect } of cells) expect(effect!.klNats).toBeGreaterThanOrEqual(0);
    },
  );

  test('a cell is what the same change gives by itself', async () => {
    events.length = 0;
    await engine.call('sweep', { asked: 8, run, over: 'heads', at: 'all', target: 1 });
    const cells = events.flatMap((event) => (event.type === 'cells' ? event.cells : []));
    const cell = cells.find(({ layer, index }) => layer === 1 && index === 1)!;
    const interventions = { heads: [{ layer: 1, head: 1, scale: 0 }] };
    const { comparison } = await engine.call('changed', { run, interventions, target: 1 });
    expect(cell.effect).toMatchObject({
      deltaLogit: comparison!.deltaLogit,
      klNats: comparison!.klNats,
      p: comparison!.after.p,
    });
  });

  test('a newer run takes its place', async () => {
    const sweeping = failureOf(engine.call('sweep', { asked: 9, run, over: 'looks', at: 'last', target: 1 }));
    const newer = await engine.call('run', { prompt: 'deaf' });
    expect(newer.tokens).toHaveLength(4);
    expect(['superseded', 'stale']).toContain((await sweeping).code);
    ({ run } = await engine.call('run', { prompt }));
  });
});
