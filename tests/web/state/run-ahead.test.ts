import { describe, expect, it } from 'vitest';
import { RunState } from '../../../web/src/state/run.svelte';
import type { Candidate, Next, NextRequest } from '../../../web/src/protocol/protocol';
import { playedEngine, resultOf, turn } from './played_engine';

const wants: Omit<NextRequest, 'index'> = {
  ...{ temperature: 1, topK: 0, topP: 1 },
  ...{ count: 2, around: 0, seed: 7 },
};
/** What comes next, told by the token that is drawn. */
const nextOf = (id: number): Next => {
  const candidates = [{ id, text: ' of', raw: 0.5 } as Candidate];
  return { distribution: { candidates, keptByP: 1 }, draw: { id } } as unknown as Next;
};

/** "The ca" is on screen, the caret at its end; the frames are painted when the test says so. */
async function typing() {
  const { engine, asked, raw } = playedEngine({ bytes: 20 << 20 });
  const frames: (() => void)[] = [];
  const run = new RunState(engine, () => new Promise((resolve) => frames.push(resolve)));
  const drawn: [number, number][] = [];
  run.wants = () => wants;
  run.typing = () => true;
  run.onnext = ({ run: id, next }) => drawn.push([id, next!.draw.id]);
  const paint = async () => {
    frames.splice(0).forEach((done) => done());
    await turn();
  };
  const calls = () => asked.map(({ name }) => name);
  /** The engine tells what some texts would be answered. */
  const foretell = (...answers: [string, Next][]) => {
    const told = asked.findLast(({ name }) => name === 'ahead')!.args as { asked: number };
    engine.onahead({
      type: 'ahead',
      asked: told.asked,
      answers: answers.map(([prompt, next]) => ({ prompt, next })),
    });
  };
  run.type('The ca');
  asked[0]!.answer({ ...resultOf(1, ['The', ' ca']), next: nextOf(1) });
  await turn();
  await paint();
  return { run, asked, calls, drawn, engine: raw, foretell, paint };
}

describe('RunState, of texts that are likely to come', () => {
  it('asks for them once what is on screen has all it needs', async () => {
    const { asked, calls } = await typing();
    expect(calls()).toEqual(['run', 'ahead']);
    expect(asked[1]!.args).toMatchObject({ text: 'The ca', next: { ...wants, index: 0 } });
    expect(asked[1]!.args['expected']).toEqual([{ text: ' of', probability: 0.5 }]);
  });

  it('shows the answer with the key, and runs the text for its picture when that is painted', async () => {
    const { run, asked, calls, drawn, foretell, paint } = await typing();
    foretell(['The cat', nextOf(5)], ['The car', nextOf(6)]);
    run.foresee('The cat');
    const foretold = run.next!.distribution;
    expect(foretold).toEqual(nextOf(5).distribution);
    expect(run.newest).toBeGreaterThan(1);
    expect(run.newest).toBeLessThan(2);
    expect(drawn.at(-1)).toEqual([run.newest, 5]);
    run.type('The cat');
    await turn();
    expect([calls(), run.status, run.run]).toEqual([['run', 'ahead'], 'computing', 1]);
    expect(asked[1]!.signal!.aborted).toBe(true);
    await paint();
    expect(calls()).toEqual(['run', 'ahead', 'run']);
    expect(asked[2]!.args['prompt']).toBe('The cat');
    asked[2]!.answer({ ...resultOf(2, ['The', ' cat']), next: nextOf(5) });
    await turn();
    // The same answer is no news: nothing is waited for, and nothing painted anew.
    expect(run.next).toMatchObject({ run: 2 });
    expect(run.next!.distribution).toBe(foretold);
    expect(drawn.at(-1)).toEqual([2, 5]);
    expect([run.run, run.newest, run.status]).toEqual([2, 2, 'ready']);
    expect(calls().slice(3)).toEqual(['ahead']);
  });

  it('lets the run correct what it was told', async () => {
    const { run, asked, foretell, paint } = await typing();
    foretell(['The cat', nextOf(5)]);
    run.type('The cat');
    await paint();
    asked[2]!.answer({ ...resultOf(2, ['The', ' cat']), next: nextOf(9) });
    await turn();
    expect(run.next!.distribution).toEqual(nextOf(9).distribution);
    await paint();
    expect([run.run, run.status]).toEqual([2, 'ready']);
  });

  it('numbers what it is told of one key after the other', async () => {
    const { run, asked, calls, foretell, paint } = await typing();
    foretell(['The cat', nextOf(5)], ['The cats', nextOf(6)]);
    run.type('The cat');
    const first = run.newest;
    run.type('The cats');
    expect(run.newest).toBeGreaterThan(first);
    expect(run.newest).toBeLessThan(2);
    expect(run.next!.distribution).toEqual(nextOf(6).distribution);
    await paint();
    // The text in between is not run any more.
    expect(calls()).toEqual(['run', 'ahead', 'run']);
    expect(asked[2]!.args['prompt']).toBe('The cats');
  });

  it('shows what there was again where a foreseen text does not come', async () => {
    const { run, asked, foretell, paint } = await typing();
    const before = run.next;
    foretell(['The cat', nextOf(5)]);
    run.foresee('The cat');
    await turn();
    expect(run.next).toBe(before);
    expect([run.newest, asked.at(-1)!.args['prompt']]).toEqual([1, 'The ca']);
    await paint();
    expect(asked.filter(({ name }) => name === 'run')).toHaveLength(2);
  });

  it('asks nothing of an engine that has died before the frame was painted', async () => {
    const { run, calls, engine, foretell, paint } = await typing();
    foretell(['The cat', nextOf(5)]);
    run.type('The cat');
    engine.info = null;
    await paint();
    expect([calls(), run.problem]).toEqual([['run', 'ahead'], null]);
  });

  it('runs a text that nobody foresaw at once', async () => {
    const { run, calls, foretell } = await typing();
    foretell(['The cat', nextOf(5)]);
    run.type('The cab');
    expect([calls(), run.newest]).toEqual([['run', 'ahead', 'run'], 1]);
  });

  it('never takes a text for another one: generated ids, other settings, a list of ids', async () => {
    const { run, asked, foretell } = await typing();
    foretell(['The ca', nextOf(4)], ['The cat', nextOf(5)]);
    void run.append(17);
    expect([asked.at(-1)!.args['appended'], run.newest]).toEqual([[17], 1]);
    run.wants = () => ({ ...wants, temperature: 0.5 });
    run.type('The cat');
    expect([asked.at(-1)!.args['prompt'], run.newest]).toEqual(['The cat', 1]);
  });

  it('takes what it was told back where the run ends otherwise', async () => {
    const { run, asked, foretell, paint } = await typing();
    foretell(['The cat', nextOf(5)]);
    run.type('The cat');
    await paint();
    asked[2]!.fail('input', 'too long');
    await turn();
    expect([run.newest, run.status, run.run]).toEqual([1, 'failed', 1]);
    expect(run.next).toMatchObject({ run: 1, distribution: nextOf(1).distribution });
    run.type('');
    expect([run.next, run.newest, run.status]).toEqual([null, -1, 'ready']);
  });

  it('asks for nothing where nobody is typing, but when somebody is about to', async () => {
    const { run, asked, calls, paint } = await typing();
    run.typing = () => false;
    run.type('Another');
    asked[2]!.answer({ ...resultOf(2, ['Another']), next: nextOf(2) });
    await turn();
    await paint();
    run.lookAhead();
    expect([calls(), run.status]).toEqual([['run', 'ahead', 'run'], 'ready']);
    run.typing = () => true;
    run.lookAhead();
    expect(calls()).toEqual(['run', 'ahead', 'run', 'ahead']);
    expect(asked[3]!.args['text']).toBe('Another');
  });

  it('asks for nothing while a run is under way', async () => {
    const { run, calls } = await typing();
    run.type('The cab');
    run.lookAhead();
    expect(calls()).toEqual(['run', 'ahead', 'run']);
  });
});
