import { describe, expect, it, vi } from 'vitest';
import { browserLocks } from '../../../web/src/models/locks';

const refusing = (name: string) =>
  ({
    request: () => Promise.reject(new DOMException('The request was denied.', name)),
  }) as unknown as LockManager;

/** Grants every lock, or none. */
const granting = (lock: object | null) =>
  ({
    request: async (_name: string, _options: LockOptions, work: (lock: unknown) => Promise<unknown>) =>
      work(lock),
  }) as unknown as LockManager;

describe('locks', () => {
  it('go without where the browser refuses them with the storage', async () => {
    const locks = browserLocks(refusing('SecurityError'));
    expect(await locks.attempt('m', 'exclusive', async () => 7)).toEqual({ result: 7 });
    await locks.free('m');
  });

  it('tell every other failure', async () => {
    const locks = browserLocks(refusing('InvalidStateError'));
    const work = vi.fn(async () => 7);
    await expect(locks.attempt('m', 'shared', work)).rejects.toThrow('The request was denied.');
    await expect(locks.free('m')).rejects.toThrow('The request was denied.');
    expect(work).not.toHaveBeenCalled();
  });

  it('do a work once, also when it is the work that is refused', async () => {
    const work = vi.fn(() => Promise.reject(new DOMException('no storage', 'SecurityError')));
    await expect(browserLocks(granting({})).attempt('m', 'exclusive', work)).rejects.toThrow('no storage');
    expect(work).toHaveBeenCalledOnce();
  });

  it('answer null when another tab holds one', async () => {
    expect(await browserLocks(granting(null)).attempt('m', 'exclusive', async () => 7)).toBeNull();
  });
});
