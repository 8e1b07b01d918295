import { describe, expect, it } from 'vitest';
import { Turns } from '../../../web/src/state/turns';
import { turn } from './played_engine';

/** Frames that the test lets go by. */
function played() {
  const frames: (() => void)[] = [];
  const turns = new Turns(() => new Promise((resolve) => frames.push(resolve)));
  const frame = async () => {
    frames.shift()?.();
    await turn();
  };
  return { turns, frame, waiting: () => frames.length };
}

/** Work that takes longer than a frame has time for. */
function long(): void {
  const begun = performance.now();
  while (performance.now() - begun < 9);
}

/** Work that pauses once, after more than a frame has time for. */
function* paused(done: string[]): Generator<void, number> {
  long();
  done.push('first');
  yield;
  done.push('second');
  return 7;
}

describe('Turns', () => {
  it('does nothing before the next frame, and then as much as there is time for', async () => {
    const { turns, frame, waiting } = played();
    const done: string[] = [];
    turns.take(() => done.push('a'));
    turns.take(() => (long(), done.push('b')));
    turns.take(() => done.push('c'));
    await turn();
    expect(done).toEqual([]);
    await frame();
    expect(done).toEqual(['a', 'b']);
    await frame();
    expect(done).toEqual(['a', 'b', 'c']);
    expect(waiting()).toBe(0);
  });

  it('leaves out what was given up, and tells when all is over', async () => {
    const { turns, frame } = played();
    const done: string[] = [];
    const give = turns.take(() => done.push('a'));
    turns.take(() => done.push('b'));
    give();
    let over = false;
    const waited = turns.over().then(() => (over = true));
    await turn();
    expect(over).toBe(false);
    await frame();
    await waited;
    expect(done).toEqual(['b']);
    await turns.over();
  });

  it('goes on with turns that are taken later', async () => {
    const { turns, frame } = played();
    const done: string[] = [];
    turns.take(() => done.push('a'));
    await frame();
    turns.take(() => done.push('b'));
    await frame();
    expect(done).toEqual(['a', 'b']);
  });

  it('goes through work from pause to pause, as far as there is time, and others take their turns between', async () => {
    const { turns, frame } = played();
    const done: string[] = [];
    const { value } = turns.through(paused(done));
    turns.take(() => done.push('other'));
    await frame();
    expect(done).toEqual(['first']);
    await frame();
    expect(done).toEqual(['first', 'other', 'second']);
    expect(await value).toBe(7);
  });

  it('leaves work that is ended between two pauses, and tells so', async () => {
    const { turns, frame } = played();
    const done: string[] = [];
    const { value, end } = turns.through(paused(done));
    await frame();
    end();
    expect(await value).toBeUndefined();
    await frame();
    await turns.over();
    expect(done).toEqual(['first']);
  });
});
