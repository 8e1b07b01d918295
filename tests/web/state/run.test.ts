import { describe, expect, it } from 'vitest';
import { decode, RunState } from '../../../web/src/state/run.svelte';
import { playedEngine, resultOf, tensor, turn } from './played_engine';

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
    run.type('b');
    asked[3]!.answer(resultOf(2, ['b']));
    await turn();
    void run.tensor('logits', { rows: [0, 1] });
    expect(asked[4]!.args).toEqual({ run: 2, name: 'logits', rows: [0, 1] });
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

  it('answers an empty prompt with an empty screen', async () => {
    const { engine, asked } = playedEngine();
    const run = new RunState(engine);
    run.type('a');
    asked[0]!.answer(resultOf(1, ['a']));
    await turn();
    run.type('');
    expect(run.result).toBeNull();
    expect(run.status).toBe('ready');
    expect(asked).toHaveLength(1);
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
