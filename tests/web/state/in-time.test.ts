import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTime } from '../../../web/src/state/in-time';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const after = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(resolve, milliseconds, value));

describe('inTime', () => {
  it('is what comes soon enough', async () => {
    const seen = inTime(after(49, 'here'), 50);
    await vi.advanceTimersByTimeAsync(49);
    expect(await seen).toBe('here');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is nothing where it would be late', async () => {
    const seen = inTime(after(1000, 'here'), 50);
    await vi.advanceTimersByTimeAsync(50);
    expect(await seen).toBeNull();
  });

  it('fails with what it waits for, and leaves no timer behind', async () => {
    await expect(inTime(Promise.reject(new Error('gone')), 50)).rejects.toThrow('gone');
    expect(vi.getTimerCount()).toBe(0);
  });
});
