import { describe, expect, it, vi } from 'vitest';
import { decode } from '../../../web/src/state/decode';
import { RunState } from '../../../web/src/state/run.svelte';
import type { Next } from '../../../web/src/protocol/protocol';
import { playedEngine, resultOf, tensor, turn } from './played_engine';

/** A run whose frames are painted when the test says so. */
function playedFrames() {
  const { engine, asked } = playedEngine();
  const frames: (() => void)[] = [];
  const run = new RunState(engine, () => new Promise((resolve) => frames.push(resolve)));
  const paint = async () => {
    frames.splice(0).forEach((drawn) => drawn());
    await turn();
  };
  return { run, asked, paint };
}

describe('RunState', () => {
  it('runs at each change and takes only the newest answer', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    run.type('ab');
    expect(asked.map(({ args }) => args['prompt'])).toEqual(['a', 'ab']);
    expect(asked[0]!.signal!.aborted).toBe(true);
    expect(run.status).toBe('computing');
    asked[1]!.answer(resultOf(2, ['ab']));
    await turn();
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    expect(run.run).toBe(2);
    expect(run.status).toBe('ready');
  });

  it('reads the prompt as it is switched, with what the model has, and goes back', async () => {
    const { engine, asked, raw } = playedEngine();
    const run = new RunState(engine);
    run.type('<|endoftext|>a');
    void run.read({ special: true });
    void run.read({ special: true, mark: true });
    void run.undo();
    expect(run.reading).toEqual({ special: true });
    raw.info = { ...raw.info!, documentMark: -1 };
    void run.restore('a', [], { special: true, mark: true });
    expect(asked.map(({ args }) => args['reading'])).toEqual([
      undefined,
      { special: true },
      { special: true, mark: true },
      { special: true },
      { special: true },
    ]);
  });

  it('reads the document mark alone where nothing is typed', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    void run.read({ mark: true });
    expect(asked[0]!.args).toEqual({ prompt: '', reading: { mark: true } });
    void run.read({ mark: false });
    expect([asked.length, run.status]).toEqual([1, 'ready']);
  });

  it('is not ready while something on screen is still on its way', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    const pull = run.tensor('hook_embed');
    expect(run.status).toBe('computing');
    const settled = run.settled();
    asked[1]!.answer(tensor(1));
    await pull;
    await settled;
    expect(run.status).toBe('ready');
  });

  it('is not ready between an answer and what is asked for because of it', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    let first = () => {};
    let second = () => {};
    const shown = run.track(new Promise<void>((resolve) => (first = resolve)));
    void shown.then(() => run.track(new Promise<void>((resolve) => (second = resolve))));
    first();
    for (let i = 0; i < 10; i += 1) {
      await Promise.resolve();
      expect(run.status).toBe('computing');
    }
    second();
    await run.settled();
    expect(run.status).toBe('ready');
  });

  it('pulls a tensor once a run, and anew for the next run', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    void run.tensor('logits', { rows: [0, 1] });
    void run.tensor('logits', { rows: [0, 1] });
    void run.tensor('logits', { rows: [0, 2] });
    expect(asked.slice(1).map(({ args }) => args)).toEqual([
      { run: 1, name: 'logits', rows: [0, 1] },
      { run: 1, name: 'logits', rows: [0, 2] },
    ]);
    asked.slice(1).forEach((call) => call.answer(tensor(0)));
    await turn();
    run.type('b');
    asked[3]!.answer(resultOf(2, ['b']));
    await turn();
    void run.tensor('logits', { rows: [0, 1] });
    expect(asked[4]!.args).toEqual({ run: 2, name: 'logits', rows: [0, 1] });
  });

  it('shows what comes next first, then the picture with its tensors in one go', async () => {
    const { engine, asked } = playedEngine();
    let frame: () => void = () => {};
    const run = new RunState(engine, () => new Promise((resolve) => (frame = resolve)));
    run.wants = () => ({ temperature: 1, topK: 0, topP: 1, count: 2, around: 0, seed: 7 });
    run.type('a');
    expect(asked[0]!.args['next']).toMatchObject({ count: 2, seed: 7, index: 0 });
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    frame();
    await turn();
    const held = run.ask('hook_embed', { rows: [0, 1] });
    asked[1]!.answer(tensor(1));
    await turn();

    run.type('a b');
    const next = { distribution: { candidates: [], keptByP: 1 }, draw: { id: 5 } } as unknown as Next;
    asked[2]!.answer({ ...resultOf(2, ['a', ' b']), next });
    await turn();
    // The next token is there, and the picture is still the old one: nothing is ready.
    expect(run.next).toMatchObject({ run: 2, sampling: { temperature: 1, topK: 0, topP: 1 } });
    expect([run.run, run.newest, run.status]).toEqual([1, 2, 'computing']);
    // Until it has been painted nothing else is computed; then all that is on screen is asked for at once.
    expect(asked.slice(2).map(({ name }) => name)).toEqual(['run']);
    frame();
    await turn();
    expect(asked.slice(3).map(({ name }) => name)).toEqual(['screen']);
    expect(asked[3]!.args).toEqual({ tokens: 1, tensors: [{ name: 'hook_embed', rows: [0, 1] }] });
    expect(run.run).toBe(1);
    asked[3]!.answer({
      run: 2,
      tensors: [{ request: { name: 'hook_embed', rows: [0, 2] }, tensor: tensor(1, 2) }],
    });
    await turn();
    held.drop();
    expect([run.run, run.status]).toEqual([2, 'ready']);
    expect(run.ask('hook_embed', { rows: [0, 2] }).tensor?.data).toEqual(Float32Array.of(1, 2));
    expect(asked).toHaveLength(4);
  });

  it('computes no picture of an answer when a newer one has been asked for before its next token was painted', async () => {
    const { run, asked, paint } = playedFrames();
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    await paint();
    run.ask('hook_embed', { rows: [0, 1] });
    asked[1]!.answer(tensor(1));
    await turn();
    run.type('ab');
    asked[2]!.answer(resultOf(2, ['ab']));
    await turn();
    run.type('abc');
    await paint();
    expect(asked.slice(2).map(({ name }) => name)).toEqual(['run', 'run']);
    asked[3]!.answer(resultOf(3, ['abc']));
    await turn();
    await paint();
    expect(asked.slice(4).map(({ name }) => name)).toEqual(['screen']);
    asked[4]!.answer({ run: 3, tensors: [] });
    await turn();
    expect([run.run, run.newest]).toEqual([3, 3]);
  });

  it('leaves out a picture that a newer answer has overtaken, unless that one fails', async () => {
    const { run, asked, paint } = playedFrames();
    const shown: number[] = [];
    run.onresult = (result) => shown.push(result.run);
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    await paint();
    run.type('ab');
    asked[1]!.answer(resultOf(2, ['ab']));
    await turn();
    run.type('abc');
    asked[2]!.answer(resultOf(3, ['abc']));
    await turn();
    await paint();
    expect(shown).toEqual([1, 3]);
    run.type('abcd');
    asked[3]!.answer(resultOf(4, ['abcd']));
    await turn();
    run.type('too long');
    asked[4]!.fail('input', 'too long');
    await turn();
    await paint();
    expect(shown).toEqual([1, 3, 4]);
    expect([run.run, run.status, run.problem?.message]).toEqual([4, 'failed', 'too long']);
  });

  it('shows generated ids as text, whole characters even where tokens split them', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('x');
    asked[0]!.answer(resultOf(1, ['x']));
    await turn();
    const euro = new TextEncoder().encode('€');
    run.remember();
    void run.append(5);
    void run.append(6);
    const both = resultOf(3, ['x', '', '']);
    both.tokens[1]!.bytes = euro.slice(0, 2);
    both.tokens[2]!.bytes = euro.slice(2);
    asked[2]!.answer(both);
    await turn();
    expect(asked[2]!.args).toEqual({ prompt: 'x', appended: [5, 6] });
    expect(run.text).toBe('x€');
    void run.undo();
    expect(run.text).toBe('x');
    expect(run.appended).toEqual([]);
  });

  it('turns what was generated into plain text when the text is edited', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    void run.restore('a', [1]);
    asked[0]!.answer(resultOf(1, ['a', 'b']));
    await turn();
    expect(run.text).toBe('ab');
    run.type('ab!');
    expect(asked[1]!.args).toEqual({ prompt: 'ab!', appended: undefined });
    run.type('ab!');
    expect(asked).toHaveLength(2);
  });

  it('keeps the last answer on screen when the next one fails, and says why', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    run.type('too long');
    asked[1]!.fail('input', 'too long by 3 tokens');
    await turn();
    expect(run.status).toBe('failed');
    expect(run.problem?.message).toBe('too long by 3 tokens');
    expect(run.run).toBe(1);
    run.type('b');
    asked[2]!.answer(resultOf(3, ['b']));
    await turn();
    expect(run.status).toBe('ready');
    expect(run.problem).toBeNull();
  });

  it('says nothing of a run that was superseded', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    asked[0]!.fail('superseded');
    await turn();
    expect(run.problem).toBeNull();
  });

  it('keeps the last picture under an empty prompt, and says that it is one', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    expect(run.empty).toBe(false);
    run.type('');
    expect([run.empty, run.result?.run, run.tokens.length]).toEqual([true, 1, 1]);
    expect(run.status).toBe('ready');
    expect(asked).toHaveLength(1);
  });

  it('shows nothing new under an empty prompt, whenever the letter before the Backspace is answered', async () => {
    for (const moments of [0, 1, 2, 3]) {
      const { run, asked, paint } = playedFrames();
      run.type('x');
      asked[0]!.answer(resultOf(1, ['x']));
      await turn();
      run.type('xa');
      const steps = [() => asked[1]!.answer(resultOf(2, ['xa'])), turn, paint];
      for (const step of steps.slice(0, moments)) await step();
      run.type('');
      const before = run.run;
      // Longer than the picture may stand still.
      const later = performance.now() + 1000;
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => later);
      for (const step of steps.slice(moments)) await step();
      await paint();
      clock.mockRestore();
      expect([moments, run.run, run.newest, run.empty, run.status]).toEqual([
        ...[moments, before, before, true, 'ready'],
      ]);
    }
  });

  it('is ready only with the answer to what is typed, whatever is typed meanwhile', async () => {
    const { run, asked, paint } = playedFrames();
    const texts = ['a', 'ab', '', 'b', 'bc', 'bc d', '', 'e'];
    for (const text of texts) {
      run.type(text);
      const last = asked.at(-1);
      if (text.length !== 2) last?.answer(resultOf(asked.length, [text]));
      for (let i = 0; i < 3; i += 1) {
        await (i % 2 ? paint() : turn());
        if (run.status !== 'ready') continue;
        expect(run.empty ? '' : (run.result?.tokens[0]?.text ?? '')).toBe(run.text);
      }
    }
    await run.settled();
    expect([run.text, run.result?.tokens[0]?.text]).toEqual(['e', 'e']);
  });

  it('reads ids where there is no tokenizer', async () => {
    const { engine, asked } = playedEngine({ hasTokenizer: false });
    const run = new RunState(engine);
    run.type('12 34');
    expect(asked[0]!.args).toEqual({ prompt: '', ids: [12, 34] });
    run.type('12 x');
    expect(run.problem).toEqual({ code: 'ids', message: 'x' });
  });

  it('waits for a model', () => {
    const { engine, asked, raw } = playedEngine();
    raw.info = null;
    const run = new RunState(engine);
    run.type('a');
    expect(asked).toHaveLength(0);
    expect(run.status).toBe('loading');
  });
});

describe('decode', () => {
  it('joins bytes before reading them', () => {
    const bytes = new TextEncoder().encode('한');
    expect(decode([bytes.slice(0, 1), bytes.slice(1)])).toBe('한');
    expect(decode([bytes.slice(0, 1)])).toBe('\ufffd');
    expect(decode([])).toBe('');
  });
});
