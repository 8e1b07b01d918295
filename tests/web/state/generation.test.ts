import { describe, expect, it } from 'vitest';
import { Generation, tokenPace } from '../../../web/src/state/generation.svelte';
import { RunState } from '../../../web/src/state/run.svelte';
import { ViewState } from '../../../web/src/state/view.svelte';
import { playedEngine, resultOf, turn } from './played_engine';

// Hidden pages draw no frames; the generation then does not wait for them.
Object.assign(globalThis, { document: { hidden: true } });

/** A page whose engine answers by itself: every run with a word a token, every draw with the next of `ids`. */
async function page(ids: number[], ondraw = (_count: number, _generation: Generation) => {}) {
  const { engine, asked, raw } = playedEngine();
  const run = new RunState(engine);
  const view = new ViewState();
  const generation = new Generation(engine, run, view);
  run.onresult = () => void generation.draw();
  let runs = 0;
  const draws: Record<string, unknown>[] = [];
  raw.call = ((name: string, args: Record<string, unknown>) => {
    if (name === 'run') {
      const appended = (args['appended'] as number[] | undefined) ?? [];
      runs += 1;
      return Promise.resolve(resultOf(runs, [String(args['prompt']), ...appended.map(String)]));
    }
    draws.push(args);
    ondraw(draws.length, generation);
    const id = ids[args['index'] as number] ?? 1;
    return Promise.resolve({ rank: 0, id, text: String(id), u: 0.5, begin: 0, end: 1 });
  }) as never;
  run.type('p');
  await run.settled();
  return { run, view, generation, draws, asked, runs: () => runs };
}

describe('Generation', () => {
  it('appends what was drawn for the text on screen, one step at a time', async () => {
    const { run, generation, draws } = await page([7, 8]);
    expect(generation.drawn?.id).toBe(7);
    await generation.step();
    await run.settled();
    expect(run.appended).toEqual([7]);
    expect(generation.drawn?.id).toBe(8);
    expect(draws.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('streams to the count, and Undo takes all of it back', async () => {
    const { run, generation } = await page([3, 4, 5]);
    await generation.generate(3);
    expect(run.appended).toEqual([3, 4, 5]);
    expect(generation.ending).toBe('count');
    expect(generation.phase).toBe('idle');
    await run.undo();
    expect(run.appended).toEqual([]);
  });

  it('ends where the model ends the text, which is not appended', async () => {
    const { run, generation } = await page([3, 99]);
    await generation.generate(5);
    expect(run.appended).toEqual([3]);
    expect(generation.ending).toBe('endOfText');
  });

  it('ends where the context is full', async () => {
    const { run, generation } = await page([]);
    await generation.generate(50);
    expect(run.tokens).toHaveLength(8);
    expect(generation.ending).toBe('context');
  });

  it('stops between two tokens', async () => {
    const { run, generation } = await page([], (count, running) => count === 3 && running.stop());
    await generation.generate(5);
    expect(run.appended).toHaveLength(2);
    expect(generation.ending).toBeNull();
    expect(generation.phase).toBe('idle');
  });

  it('neither runs nor draws when a slider moves, but says that the draw is of other settings', async () => {
    const { view, generation, draws, runs } = await page([7]);
    const before = [draws.length, runs()];
    view.sampling = { ...view.sampling, temperature: 0.3 };
    await turn();
    expect([draws.length, runs()]).toEqual(before);
    expect(generation.drawn?.id).toBe(7);
    expect(generation.outdated).toBe(true);
    view.sampling = { ...view.sampling, temperature: 1 };
    expect(generation.outdated).toBe(false);
  });

  it('draws anew at the next step when the settings have moved', async () => {
    const { view, generation, draws } = await page([7]);
    view.sampling = { ...view.sampling, topK: 1 };
    await generation.step();
    expect(draws[1]).toMatchObject({ topK: 1, index: 0 });
  });

  it('draws again with the next seed', async () => {
    const { view, generation, draws } = await page([7]);
    const { seed } = view;
    await generation.again();
    expect(view.seed).toBe(seed + 1);
    expect(draws[1]).toMatchObject({ seed: seed + 1, index: 0 });
  });

  it('lets each token be seen where somebody looks, and stops without waiting', async () => {
    const frames = { requestAnimationFrame: (draw: () => void) => setTimeout(draw, 0) };
    Object.assign(globalThis, { document: { hidden: false } }, frames);
    try {
      const { run, generation } = await page([]);
      const began = performance.now();
      await generation.generate(3);
      // Timers may come a millisecond early.
      expect(performance.now() - began).toBeGreaterThan(2 * tokenPace - 2);
      expect(run.appended).toHaveLength(3);
      const again = generation.generate(50);
      let waited = false;
      setTimeout(() => {
        generation.stop();
        setTimeout(() => (waited = true), tokenPace);
      }, tokenPace / 2);
      await again;
      expect(waited).toBe(false);
      expect(generation.phase).toBe('idle');
    } finally {
      Object.assign(globalThis, { document: { hidden: true } });
    }
  });
});
