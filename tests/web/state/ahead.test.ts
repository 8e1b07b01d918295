import { afterEach, describe, expect, it, vi } from 'vitest';
import { LookAhead } from '../../../web/src/state/ahead';
import type { Candidate, Foretold, Next, NextRequest } from '../../../web/src/protocol/protocol';
import { info, playedEngine, turn } from './played_engine';

const expected = [
  { text: 't', raw: 0.5, probability: 0.9 },
  { text: 'r', raw: 0.25, probability: 0 },
] as Candidate[];
const next: NextRequest = { temperature: 1, topK: 40, topP: 0.9, count: 14, around: 3, seed: 7, index: 0 };
const yes = () => true;
const answer = (id: number) => ({ draw: { id } }) as Next;

function looking(about: Parameters<typeof playedEngine>[0] = { bytes: 20 << 20 }) {
  const { engine, asked, raw } = playedEngine(about);
  const ahead = new LookAhead(engine);
  const tell = (number: number, answers: Foretold[]) =>
    engine.onahead({ type: 'ahead', asked: number, answers });
  return { ahead, asked, raw, tell };
}

afterEach(() => void vi.useRealTimers());

/** Somebody who has stopped after "The ca", whose likely keys have been answered: all of them, or as far as the time went. */
function atRest(all = true) {
  vi.useFakeTimers();
  const here = looking();
  here.ahead.begin('The ca', next, [], yes);
  here.asked[0]!.answer(all);
  return here;
}

describe('LookAhead', () => {
  it('asks what may come after a text, and knows what it has been told', () => {
    const { ahead, asked, tell } = looking();
    ahead.begin('The ca', next, expected, yes);
    expect(asked).toHaveLength(1);
    const { asked: number, milliseconds, ...rest } = asked[0]!.args as Record<string, never>;
    expect([asked[0]!.name, rest]).toEqual([
      'ahead',
      {
        text: 'The ca',
        expected: [
          { text: 't', probability: 0.5 },
          { text: 'r', probability: 0.25 },
        ],
        known: [],
        every: false,
        next,
      },
    ]);
    expect(milliseconds).toBeLessThanOrEqual(100);
    expect(ahead.find('The cat', next)).toBeNull();
    tell(number, [{ prompt: 'The cat', next: answer(5) }]);
    expect(ahead.find('The cat', next)).toEqual(answer(5));
    expect(ahead.find('The car', next)).toBeNull();
  });

  it('stops when the engine is wanted, and keeps what came', async () => {
    const { ahead, asked, tell } = looking();
    ahead.begin('The ca', next, [], yes);
    const { asked: number } = asked[0]!.args as { asked: number };
    ahead.stop();
    expect(asked[0]!.signal!.aborted).toBe(true);
    asked[0]!.fail('superseded');
    tell(number, [{ prompt: 'The cat', next: answer(5) }]);
    await turn();
    expect(ahead.find('The cat', next)).toEqual(answer(5));
  });

  it('asks for nothing twice', () => {
    const { ahead, asked, tell } = looking();
    ahead.begin('The ca', next, [], yes);
    ahead.begin('The ca', next, [], yes);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.signal!.aborted).toBe(false);
    const { asked: number } = asked[0]!.args as { asked: number };
    const told = ['The cat', 'The ca ', 'The c', 'Another text'];
    tell(
      number,
      told.map((prompt, id) => ({ prompt, next: answer(id) })),
    );
    ahead.begin('The cat', next, [], yes);
    expect(asked[0]!.signal!.aborted).toBe(true);
    // Those that a key at the end of this one could make, by what they have in place of its "t".
    expect(asked[1]!.args['known']).toEqual(['t', ' ']);
    ahead.stop();
    ahead.begin('The cat', next, [], yes);
    expect(asked).toHaveLength(3);
  });

  it('goes on where something else went first, when it is asked once more', async () => {
    const { ahead, asked } = looking();
    ahead.begin('The ca', next, [], yes);
    asked[0]!.fail('superseded');
    await turn();
    ahead.begin('The ca', next, [], yes);
    asked[1]!.answer(true);
    await turn();
    ahead.begin('The ca', next, [], yes);
    expect(asked).toHaveLength(2);
  });

  it('asks for every other key of who has stopped to think', async () => {
    vi.useFakeTimers();
    const { ahead, asked, tell } = looking();
    ahead.begin('The ca', next, expected, yes);
    tell((asked[0]!.args as { asked: number }).asked, [{ prompt: 'The cat', next: answer(5) }]);
    asked[0]!.answer(true);
    await vi.advanceTimersByTimeAsync(299);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
    const { milliseconds, ...first } = asked[0]!.args;
    expect(asked[1]!.args).toMatchObject({ ...first, known: ['at'], every: true });
    expect(asked[1]!.args['milliseconds']).toBeLessThanOrEqual(300);
    asked[1]!.answer(true);
    await vi.advanceTimersByTimeAsync(1000);
    ahead.begin('The ca', next, expected, yes);
    expect(asked).toHaveLength(2);
  });

  it('goes on with the other keys, too, when it is asked once more', async () => {
    const { ahead, asked } = atRest();
    await vi.advanceTimersByTimeAsync(300);
    asked[1]!.answer(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(2);
    ahead.begin('The ca', next, [], yes);
    asked[2]!.answer(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.map(({ args }) => args['every'])).toEqual([false, true, false, true]);
  });

  it.each([
    ['typed another key', (ahead: LookAhead) => ahead.begin('The cat', next, [], yes)],
    ['asked for something else', (ahead: LookAhead) => ahead.stop()],
  ])('asks for no more of who has meanwhile %s', async (_, act) => {
    const { ahead, asked } = atRest();
    await vi.advanceTimersByTimeAsync(200);
    act(ahead);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.filter(({ args }) => args['every'])).toEqual([]);
  });

  it('goes on in the rest where the likely ones took all of their time', async () => {
    const { asked } = atRest(false);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.map(({ args }) => args['every'])).toEqual([false, true]);
  });

  it('asks for no more of who has left the text meanwhile, but may when that one is back', async () => {
    vi.useFakeTimers();
    const { ahead, asked } = looking();
    let typing = true;
    const begin = () => ahead.begin('The ca', next, [], () => typing);
    begin();
    asked[0]!.answer(true);
    typing = false;
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(1);
    typing = true;
    begin();
    asked[1]!.answer(true);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.map(({ args }) => args['every'])).toEqual([false, false, true]);
  });

  it('is left alone for good by an engine that died of it', async () => {
    const { ahead, asked } = looking();
    ahead.begin('The ca', next, [], yes);
    asked[0]!.fail('crashed');
    await turn();
    ahead.begin('The cat', next, [], yes);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Partial<NextRequest>]>([
    ['temperature', { temperature: 0.5 }],
    ['top-k', { topK: 1 }],
    ['top-p', { topP: 1 }],
    ['seed', { seed: 8 }],
    ['length of the list', { count: 20 }],
    ['index of the draw', { index: 1 }],
  ])('knows nothing under another %s', (_, change) => {
    const { ahead, asked, tell } = looking();
    ahead.begin('The ca', next, [], yes);
    const { asked: number } = asked[0]!.args as { asked: number };
    tell(number, [{ prompt: 'The cat', next: answer(5) }]);
    const other = { ...next, ...change };
    expect(ahead.find('The cat', other)).toBeNull();
    ahead.begin('The ca', other, [], yes);
    // Told late, for the settings of before.
    tell(number, [{ prompt: 'The cat', next: answer(5) }]);
    expect(ahead.find('The cat', other)).toBeNull();
    expect(ahead.find('The cat', next)).toBeNull();
    tell((asked[1]!.args as { asked: number }).asked, [{ prompt: 'The cat', next: answer(6) }]);
    expect(ahead.find('The cat', other)).toEqual(answer(6));
  });

  it('knows nothing of another model, or while there is none', () => {
    const { ahead, asked, raw, tell } = looking();
    ahead.begin('The ca', next, [], yes);
    const { asked: number } = asked[0]!.args as { asked: number };
    tell(number, [{ prompt: 'The cat', next: answer(5) }]);
    raw.info = null;
    expect(ahead.find('The cat', next)).toBeNull();
    ahead.begin('The ca', next, [], yes);
    expect(asked).toHaveLength(1);
    // The same model once more, after a crash.
    raw.info = { ...info, bytes: 20 << 20 };
    expect(ahead.find('The cat', next)).toBeNull();
    ahead.begin('The ca', next, [], yes);
    tell(number, [{ prompt: 'The cat', next: answer(5) }]);
    expect(ahead.find('The cat', next)).toBeNull();
  });

  it('leaves models alone whose every token takes long, and those without words', () => {
    for (const about of [{ bytes: 135 << 20 }, { bytes: 20 << 20, hasTokenizer: false }]) {
      const { ahead, asked } = looking(about);
      ahead.begin('The ca', next, [], yes);
      expect(asked).toHaveLength(0);
    }
  });

  it('keeps the newest two hundred answers', () => {
    const { ahead, asked, tell } = looking();
    ahead.begin('The ca', next, [], yes);
    const { asked: number } = asked[0]!.args as { asked: number };
    tell(number, [{ prompt: 'first', next: answer(0) }]);
    const told = Array.from({ length: 199 }, (_, id) => ({ prompt: `text ${id}`, next: answer(id) }));
    tell(number, told);
    expect(ahead.find('first', next)).toEqual(answer(0));
    tell(number, [{ prompt: 'last', next: answer(1) }]);
    expect(ahead.find('first', next)).toBeNull();
    expect(ahead.find('text 0', next)).toEqual(answer(0));
  });
});
