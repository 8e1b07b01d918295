import { afterEach, describe, expect, it, vi } from 'vitest';
import { painted } from '../../../web/src/state/painted';
import { turn } from './played_engine';

/** A page whose frames are made when the test says so. */
function playedPage() {
  let callbacks: (() => void)[] = [];
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => callbacks.push(callback));
  return {
    frame() {
      const due = callbacks;
      callbacks = [];
      due.forEach((callback) => callback());
    },
    wanted: () => callbacks.length,
  };
}

/** Whether a promise has been resolved. */
function watched(promise: Promise<unknown>) {
  const seen = { done: false };
  void promise.then(() => (seen.done = true));
  return seen;
}

/** Lets messages between ports come, too. */
const turns = async () => {
  for (let i = 0; i < 5; i += 1) await turn();
};

afterEach(() => vi.unstubAllGlobals());

describe('painted', () => {
  it('waits for the next frame, and the task after it', async () => {
    const page = playedPage();
    const seen = watched(painted());
    await turns();
    expect(seen.done).toBe(false);
    page.frame();
    expect(seen.done).toBe(false);
    await vi.waitFor(() => expect(seen.done).toBe(true));
  });

  it('is over at once where no frames are drawn', async () => {
    const page = playedPage();
    vi.stubGlobal('document', { hidden: true });
    await painted();
    expect(page.wanted()).toBe(0);
  });
});
