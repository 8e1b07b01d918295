import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../web/src/engine/protocol';
import { TensorCache } from '../../../web/src/state/cache';
import { turn } from './played_engine';

const sized = (megabytes: number): Tensor => ({ shape: [], data: new Float32Array(megabytes * 256 * 1024) });

describe('TensorCache', () => {
  it('lets the least recently used go when it is full', async () => {
    const cache = new TensorCache();
    let pulls = 0;
    const ask = (name: string) => cache.get(1, name, {}, () => ((pulls += 1), Promise.resolve(sized(40))));
    await ask('a');
    await ask('b');
    await ask('a');
    expect(pulls).toBe(2);
    await ask('c');
    await turn();
    await ask('a');
    expect(pulls).toBe(3);
    await ask('b');
    expect(pulls).toBe(4);
  });

  it('keeps no failure', async () => {
    const cache = new TensorCache();
    await expect(cache.get(1, 'a', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await turn();
    await expect(cache.get(1, 'a', {}, () => Promise.resolve(sized(0)))).resolves.toBeDefined();
  });

  it('calls off what all its askers have let go of, and only that', async () => {
    const cache = new TensorCache();
    const signals: AbortSignal[] = [];
    const ask = (name: string, asker?: AbortController) =>
      cache
        .get(
          1,
          name,
          {},
          (signal) =>
            new Promise((_, reject) => {
              signals.push(signal);
              signal.addEventListener('abort', () => reject(new Error('called off')));
            }),
          asker?.signal,
        )
        .catch(() => {});
    const [one, two, again, alone] = Array.from({ length: 4 }, () => new AbortController());
    void ask('shared', one);
    void ask('shared', two);
    one!.abort();
    await turn();
    expect(signals).toHaveLength(1);
    expect(signals[0]!.aborted).toBe(false);
    // Let go of and asked for again in one turn, as an effect does that runs anew.
    two!.abort();
    void ask('shared', again);
    await turn();
    expect(signals).toHaveLength(1);
    expect(signals[0]!.aborted).toBe(false);
    again!.abort();
    await turn();
    expect(signals[0]!.aborted).toBe(true);
    void ask('shared', alone);
    expect(signals).toHaveLength(2);
    void ask('kept');
    alone!.abort();
    await turn();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  });

  it('keeps an answer that has come, whoever lets go', async () => {
    const cache = new TensorCache();
    const asker = new AbortController();
    let pulls = 0;
    const pull = () => ((pulls += 1), Promise.resolve(sized(1)));
    await cache.get(1, 'a', {}, pull, asker.signal);
    asker.abort();
    await turn();
    await cache.get(1, 'a', {}, pull);
    expect(pulls).toBe(1);
  });

  it('tells slices apart and forgets with the run', async () => {
    const cache = new TensorCache();
    let pulls = 0;
    const ask = (run: number, slice: { head?: number; rows?: [number, number] }) =>
      cache.get(run, 'a', slice, () => ((pulls += 1), Promise.resolve(sized(0))));
    await ask(1, {});
    await ask(1, { head: 0 });
    await ask(1, { rows: [0, 1] });
    await ask(1, { head: 0 });
    expect(pulls).toBe(3);
    await ask(2, {});
    expect(pulls).toBe(4);
  });
});
