/** Sweeps that put values in place, the race of the two ways to write, two prompts, the standard test of heads. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../web/src/client/client';
import type { PatchCell, RaceStep, SweepCell } from '../../web/src/protocol/experiments';
import { tinyShape } from './engine';
import { failureOf, useEngine } from './served';

const { layers, heads } = tinyShape;
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

describe('what puts values in place', () => {
  const cellsOf = (asked: number) =>
    events.flatMap((event): SweepCell[] =>
      event.type === 'cells' && event.asked === asked ? event.cells : [],
    );

  test('a word that becomes the average one, as the same change by itself; every word has a cell', async () => {
    events.length = 0;
    const count = await engine.call('sweep', { asked: 21, run, over: 'words', at: 'last', target: 1 });
    expect(count).toBe(tokens);
    const wte = await engine.call('weight', { name: 'wte.weight', rows: [0, tinyShape.vocabulary] });
    const wpe = await engine.call('weight', { name: 'wpe.weight', rows: [2, 3] });
    const { width, vocabulary } = tinyShape;
    const values = Float32Array.from({ length: width }, (_, c) => {
      let total = 0;
      for (let id = 0; id < vocabulary; id += 1) total += wte.data[id * width + c]!;
      return Math.fround(total / vocabulary) + wpe.data[c]!;
    });
    const interventions = { patches: [{ layer: 0, token: 2, values }] };
    const { comparison } = await engine.call('changed', { run, interventions, target: 1 });
    expect(cellsOf(21)[2]!.effect!.deltaLogit).toBeCloseTo(comparison!.deltaLogit, 5);
  });

  test('a head at its mean over one word is itself', async () => {
    const { run: single } = await engine.call('run', { prompt: 'd' });
    events.length = 0;
    await engine.call('sweep', { asked: 22, run: single, over: 'heads', at: 'all', by: 'mean', target: 1 });
    for (const { effect } of cellsOf(22)) expect(effect!.deltaLogit).toBeCloseTo(0, 4);
    ({ run } = await engine.call('run', { prompt }));
    events.length = 0;
    await engine.call('sweep', { asked: 23, run, over: 'heads', at: 'all', by: 'mean', target: 1 });
    expect(cellsOf(23).some(({ effect }) => Math.abs(effect!.deltaLogit) > 1e-4)).toBe(true);
  });
});

describe('the race', () => {
  const stepsOf = (asked: number) =>
    events.flatMap((event): RaceStep[] =>
      event.type === 'raced' && event.asked === asked ? event.steps : [],
    );

  test('both ways write the same, bit for bit; the work is counted by the formula', async () => {
    events.length = 0;
    expect(await engine.call('race', { asked: 31, run, steps: 4 })).toBe(4);
    const steps = stepsOf(31);
    expect(steps.map((step) => step.tokens)).toEqual([1, 2, 3, 4].map((more) => tokens + more));
    expect(steps.every(({ equal }) => equal)).toBe(true);
    const { width, vocabulary } = tinyShape;
    for (const { tokens: t, kept, anew } of steps) {
      expect(kept.products).toBe(layers * (12 * width * width + 2 * width * t) + vocabulary * width);
      expect(anew!.products).toBe(
        layers * (12 * width * width * t + width * t * (t + 1)) + vocabulary * width,
      );
    }
    const { data } = await engine.call('tensor', { run, name: 'logits', rows: [tokens - 1, tokens] });
    expect(steps[0]!.id).toBe(data.indexOf(Math.max(...data)));
  });

  test('lengths beyond the context are left out, and one by one they are measured', async () => {
    events.length = 0;
    const count = await engine.call('race', { asked: 32, run, lengths: [4, 8, 100000] });
    expect(count).toBe(2);
    expect(stepsOf(32).map((step) => [step.tokens, step.equal, step.id])).toEqual([
      [4, true, null],
      [8, true, null],
    ]);
  });
});

describe('two prompts', () => {
  const cellsOf = (asked: number) =>
    events.flatMap((event): PatchCell[] =>
      event.type === 'patched' && event.asked === asked ? event.cells : [],
    );
  let b: number[];
  beforeAll(async () => {
    ({ run } = await engine.call('run', { prompt }));
    ({ ids: b } = await engine.call('probe', { prompt: 'deedbeef', heads: [] }));
  });

  test('are answered beside each other, and part at the first token that differs', async () => {
    const pair = await engine.call('pair', { run, ids: b, target: 1, rival: 2, top: 3 });
    expect(pair.first).toBe(2);
    const lead = async (prompt: string) => {
      const { logits } = await engine.call('probe', { prompt, heads: [] });
      return logits[1]! - logits[2]!;
    };
    expect(pair.a).toBeCloseTo(await lead(prompt), 4);
    expect(pair.b).toBeCloseTo(await lead('deedbeef'), 4);
    expect(pair.klNats).toBeGreaterThan(0);
    const same = await engine.call('pair', { run, ids: b.with(2, 0), target: 1, rival: 2, top: 1 });
    expect(same).toMatchObject({ first: null, klNats: 0 });
    expect(same.topA).toEqual(same.topB);
  });

  test.each(['denoise', 'noise'] as const)(
    '%s: the whole stream of the word that differs, put in at the bottom, is the other prompt',
    async (direction) => {
      events.length = 0;
      const request = { run, ids: b, site: 'resid_pre' as const, direction, target: 1, rival: 2 };
      const count = await engine.call('patch', { asked: 41, ...request });
      expect(count).toBe(layers * (tokens - 2));
      const bottom = cellsOf(41).find(({ layer, column }) => layer === 0 && column === 2)!;
      expect(bottom.restored).toBeCloseTo(direction === 'denoise' ? 1 : 0, 4);
    },
  );

  test('heads are patched at all tokens at once', async () => {
    events.length = 0;
    const request = { run, ids: b, site: 'z' as const, direction: 'denoise' as const, target: 1, rival: 2 };
    expect(await engine.call('patch', { asked: 42, ...request })).toBe(layers * heads);
  });

  test('prompts of other lengths, and the same prompt twice, are refused with what to do', async () => {
    const request = { run, site: 'resid_pre' as const, direction: 'denoise' as const, target: 1, rival: 2 };
    const refused = (ids: number[]) => failureOf(engine.call('patch', { asked: 43, ids, ...request }));
    expect((await refused(b.slice(1))).message).toContain('wants the same number');
    expect((await refused(b.with(2, 0))).message).toContain('the same tokens');
  });
});

test('the standard test of heads: scores on random tokens, the same for a seed', async () => {
  const once = await engine.call('headTest', { seed: 3 });
  expect(once).toHaveLength(layers);
  const length = Math.floor(tinyShape.context / 2);
  for (const { previous, duplicate, induction, repeats } of once.flat()) {
    for (const score of [previous, duplicate!, induction!]) {
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
    expect(repeats).toBe(4 * Math.min(50, length));
  }
  expect(await engine.call('headTest', { seed: 3 })).toEqual(once);
  expect(await engine.call('headTest', { seed: 4 })).not.toEqual(once);
});
