import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../web/src/protocol/protocol';
import { TensorCache } from '../../../web/src/state/cache';
import { turn } from './played_engine';

const sized = (megabytes: number): Tensor => ({ shape: [], data: new Float32Array(megabytes * 256 * 1024) });

describe('TensorCache', () => {
  it('lets the least recently used go when it is full', async () => {
    const cache = new TensorCache();
    let pulls = 0;
    const ask = (name: string) =>
      cache.get(1, name, {}, () => ((pulls += 1), Promise.resolve(sized(40)))).promise;
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
    await expect(cache.get(1, 'a', {}, () => Promise.reject(new Error('no'))).promise).rejects.toThrow('no');
    await turn();
    await expect(cache.get(1, 'a', {}, () => Promise.resolve(sized(0))).promise).resolves.toBeDefined();
  });

  it('calls off what all its askers have let go of, and only that', async () => {
    const cache = new TensorCache();
    const signals: AbortSignal[] = [];
    const ask = (name: string) => {
      const { promise, drop } = cache.get(
        1,
        name,
        {},
        (signal) =>
          new Promise((_, reject) => {
            signals.push(signal);
            signal.addEventListener('abort', () => reject(new Error('called off')));
          }),
      );
      promise.catch(() => {});
      return drop;
    };
    const one = ask('shared');
    const two = ask('shared');
    one();
    await turn();
    expect(signals).toHaveLength(1);
    expect(signals[0]!.aborted).toBe(false);
    // Let go of and asked for again in one turn, as an effect does that runs anew.
    two();
    const again = ask('shared');
    await turn();
    expect(signals).toHaveLength(1);
    expect(signals[0]!.aborted).toBe(false);
    again();
    await turn();
    expect(signals[0]!.aborted).toBe(true);
    const alone = ask('shared');
    expect(signals).toHaveLength(2);
    ask('kept');
    alone();
    await turn();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  });

  it('keeps an answer that has come, whoever lets go, and then has it at once', async () => {
    const cache = new TensorCache();
    let pulls = 0;
    const pull = () => ((pulls += 1), Promise.resolve(sized(1)));
    const first = cache.get(1, 'a', {}, pull);
    expect(first.tensor).toBeUndefined();
    const came = await first.promise;
    first.drop();
    await turn();
    expect(cache.get(1, 'a', {}, pull).tensor).toBe(came);
    expect(pulls).toBe(1);
  });

  it('takes in what comes unasked, and knows what is wanted', async () => {
    const cache = new TensorCache();
    const never = () => Promise.reject(new Error('pulled'));
    cache.put(1, 'a', { head: 2 }, sized(1));
    expect(cache.wanted()).toEqual([]);
    const asked = cache.get(1, 'a', { head: 2 }, never);
    expect(asked.tensor).toBeDefined();
    expect(cache.wanted()).toEqual([{ name: 'a', slice: { head: 2 } }]);
    asked.drop();
    expect(cache.wanted()).toEqual([]);
  });

  it('tells slices apart and forgets with the run', async () => {
    const cache = new TensorCache();
    let pulls = 0;
    const ask = (run: number, slice: { head?: number; rows?: [number, number] }) =>
      cache.get(run, 'a', slice, () => ((pulls += 1), Promise.resolve(sized(0)))).promise;
    await ask(1, {});
    await ask(1, { head: 0 });
    await ask(1, { rows: [0, 1] });
    await ask(1, { head: 0 });
    expect(pulls).toBe(3);
    await ask(2, {});
    expect(pulls).toBe(4);
  });
});
