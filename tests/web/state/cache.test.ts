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
