import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { calmPace, Playback } from '../../../web/src/state/playback.svelte';
import type { RunState } from '../../../web/src/state/run.svelte';
import { ViewState } from '../../../web/src/state/view.svelte';

/** A run that is on screen, of a model of four layers. */
const still = { info: { layers: 4 }, run: 1, status: 'ready', settled: () => Promise.resolve() };

describe('Playback', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function film(layer: number, run: object = still) {
    const view = new ViewState();
    view.layer = layer;
    return { view, playback: new Playback(run as RunState, view) };
  }
  const pass = (paces: number) => vi.advanceTimersByTimeAsync(paces * calmPace);

  it('steps a block a pace and ends at the last', async () => {
    const { view, playback } = film(1);
    const end = playback.play();
    await pass(1);
    expect(view.layer).toBe(2);
    await pass(1);
    expect([view.layer, playback.playing]).toEqual([3, true]);
    await pass(1);
    await end;
    expect([view.layer, playback.playing]).toEqual([3, false]);
  });

  it('begins again where it had ended', () => {
    const { view, playback } = film(3);
    playback.toggle();
    expect([view.layer, playback.playing]).toEqual([0, true]);
  });

  it('stops at once, and for good', async () => {
    const { view, playback } = film(0);
    playback.toggle();
    await pass(1);
    playback.toggle();
    expect(playback.playing).toBe(false);
    await pass(3);
    expect(view.layer).toBe(1);
  });

  it('is stopped by what comes after it began, but not by its own button', () => {
    const { playback } = film(0);
    const page = new EventTarget();
    playback.toggle();
    playback.watch(page);
    page.dispatchEvent(at('keydown', -1));
    page.dispatchEvent(at('mousemove', 1));
    expect(playback.playing).toBe(true);
    page.dispatchEvent(at('wheel', 1));
    expect(playback.playing).toBe(false);
  });

  it('does not begin where nothing is on screen, or there is one block', () => {
    for (const run of [
      { ...still, run: -1 },
      { ...still, info: { layers: 1 } },
    ]) {
      const { playback } = film(0, run);
      playback.toggle();
      expect(playback.playing).toBe(false);
    }
  });
});

/** An event so many ms from now. */
function at(kind: string, after: number): Event {
  const event = new Event(kind);
  Object.defineProperty(event, 'timeStamp', { value: performance.now() + after });
  return event;
}
