import { describe, expect, it } from 'vitest';
import { inPieces } from '../../../web/src/state/pieces';
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

  it('hands on what goes wrong, and goes on with the others', async () => {
    const { turns, frame } = played();
    const done: string[] = [];
    const { value } = turns.through(
      (function* (): Generator<void, number> {
        yield;
        throw new Error('no such row');
      })(),
    );
    turns.take(() => done.push('other'));
    const told = value.catch((error: Error) => error.message);
    await frame();
    expect(await told).toBe('no such row');
    expect(done).toEqual(['other']);
  });
});

describe('the lines of a file', () => {
  /** As long as a piece, and longer to make than a frame has time for. */
  function* lines(read: number[], of = 3): Generator<string> {
    for (let line = 0; line < of; line += 1) {
      long();
      read.push(line);
      yield `${line}`.padEnd(1 << 14, '.');
    }
  }

  it('are put together between the frames, and none is lost', async () => {
    const { turns, frame } = played();
    const read: number[] = [];
    const file = inPieces(lines(read), turns);
    await turn();
    expect(read).toEqual([]);
    for (let line = 0; line < 3; line += 1) {
      await frame();
      expect(read).toHaveLength(line + 1);
    }
    await frame();
    expect((await file).join('')).toBe([...lines([])].join(''));
  });

  it('are one piece where there are few', async () => {
    const { turns, frame } = played();
    const file = inPieces(['a,b\r\n', '1,2\r\n'], turns);
    await frame();
    expect(await file).toEqual(['a,b\r\n1,2\r\n']);
  });
});
