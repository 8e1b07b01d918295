/** The list of changes, what is asked of the changed model, and what the page may take for its answer. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Experiment } from '../../../web/src/state/experiment.svelte';
import { RunState } from '../../../web/src/state/run.svelte';
import { decodeLink, encodeLink } from '../../../web/src/state/url';
import { ViewState } from '../../../web/src/state/view.svelte';
import { playedEngine, resultOf, turn, type Asked } from './played_engine';

let run: RunState;
let view: ViewState;
let experiment: Experiment;
let asked: Asked[];

/** A page on whose screen is the answer to `words`. */
async function read(id: number, words: string[]): Promise<void> {
  run.type(words.join(''));
  asked.findLast(({ name }) => name === 'run')!.answer(resultOf(id, words));
  await turn();
}

const changedCalls = () => asked.filter(({ name }) => name === 'changed');
const comparison = {
  ...{ target: 7, deltaLogit: -1, deltaDifference: 0, klNats: 0.5 },
  before: { p: 0.5, rank: 1, first: 7 },
  after: { p: 0.25, rank: 2, first: 8 },
};
const answered = { tokens: 2, reused: 0, milliseconds: 1, comparison, overflow: false };

beforeEach(() => {
  const played = playedEngine();
  asked = played.asked;
  run = new RunState(played.engine, () => Promise.resolve());
  view = new ViewState();
  experiment = new Experiment(run, view);
});

describe('the list of changes', () => {
  it('takes a change in the place of one about the same thing, and none that is none', () => {
    expect(experiment.add('h5.2*0')).toBe(true);
    expect(experiment.add('h5.2*0.5')).toBe(true);
    expect(experiment.add('h5.2*zero')).toBe(false);
    expect(experiment.codes).toEqual(['h5.2*0.5']);
    expect(experiment.interventions).toEqual({ heads: [{ layer: 5, head: 2, scale: 0.5 }] });
    experiment.toggle('h5.2*0.5');
    experiment.toggle('m1');
    expect(experiment.codes).toEqual(['m1']);
  });

  it('goes back fifty steps and forward again, and a new change ends the way forward', () => {
    for (let layer = 0; layer < 60; layer += 1) experiment.add(`m${layer}`);
    for (let step = 0; step < 55; step += 1) experiment.undo();
    expect(experiment.codes).toHaveLength(10);
    expect(experiment.undoable).toBe(false);
    experiment.redo();
    expect(experiment.codes.at(-1)).toBe('m10');
    experiment.clear();
    expect([experiment.codes, experiment.redoable]).toEqual([[], false]);
    experiment.undo();
    expect(experiment.codes).toHaveLength(11);
  });

  it('adds no step where nothing changes', () => {
    experiment.add('w3');
    experiment.add('w3');
    experiment.remove('w9');
    experiment.undo();
    expect([experiment.codes, experiment.undoable]).toEqual([[], false]);
  });
});

describe('the changed model', () => {
  it('is asked about the run on screen, and only while something is changed', async () => {
    await read(1, ['The', ' sun']);
    expect(experiment.ask()).toBeUndefined();
    expect(experiment.changed.status).toBe('none');
    experiment.add('w1');
    experiment.ask();
    expect(changedCalls()[0]!.args).toMatchObject({ run: 1, interventions: { window: 1 } });
    expect(experiment.changed.status).toBe('running');
    expect(experiment.about()).toBeUndefined();
    changedCalls()[0]!.answer(answered);
    await turn();
    expect(experiment.changed).toMatchObject({ status: 'ready', run: 1, comparison });
    expect(experiment.about()).toEqual({ run: 1, of: 'changed' });
    experiment.held = true;
    expect(experiment.about()).toEqual({ run: 1, of: 'base' });
  });

  it('has no answer of another run or another list', async () => {
    await read(1, ['The']);
    experiment.add('w1');
    experiment.ask();
    changedCalls()[0]!.answer(answered);
    await turn();
    experiment.add('m0');
    expect(experiment.changed).toMatchObject({ status: 'running', comparison: null });
    const off = experiment.ask()!;
    off();
    changedCalls()[1]!.answer(answered);
    await turn();
    expect(experiment.changed.status).toBe('running');
    experiment.undo();
    await read(2, ['The', ' moon']);
    expect(experiment.changed.status).toBe('running');
  });

  it('tells numbers that left what F32 holds, and a list that is refused', async () => {
    await read(1, ['The']);
    experiment.add('ln');
    experiment.ask();
    changedCalls()[0]!.answer({ ...answered, comparison: undefined, overflow: true });
    await turn();
    expect(experiment.changed).toMatchObject({ status: 'overflow', comparison: null });
    expect(experiment.about()).toEqual({ run: 1, of: 'base' });
    experiment.add('m99');
    experiment.ask();
    changedCalls()[1]!.fail('input', 'there is no layer 99');
    await turn();
    expect(experiment.changed.failure?.message).toBe('there is no layer 99');
    expect(experiment.codes).toEqual(['ln', 'm99']);
  });
});

describe('the address', () => {
  const codes = [
    ...['h5.2*0', 'h5.3*0.5', 'h5.4*-1.5', 'h5.5*mean', 'a3', 'm0', 'l4', 'e5.2:9-1', 'e5.*:9-1', 'w6'],
    ...['nomask', 'pos+100', 't0.125', 'ln', 'ln3', 'lnf', 'kv2', 'at=9'],
  ];

  it.each([...codes, 'nopos', 'pos-3', 'pos~17', 'pos=0'])('brings back %s', (code) => {
    experiment.add(code);
    const link = decodeLink(`#${encodeLink(experiment.link())}`);
    const other = new Experiment(run, view);
    other.restore(link);
    expect([other.codes, other.faults, other.on]).toEqual([[code], [], true]);
  });

  it('brings back all at once, with target, rival and the second prompt', () => {
    experiment.set(codes);
    experiment.target = 464;
    experiment.rival = 'mean';
    experiment.other = 'The moon, the sun & +';
    const other = new Experiment(run, view);
    other.restore(decodeLink(encodeLink(experiment.link())));
    expect(other.link()).toEqual(experiment.link());
    expect(other.codes).toEqual(codes);
  });

  it('leaves out what is no change, and tells it', () => {
    experiment.restore(decodeLink('x=m1,<script>,h1.1*0,h9,constructor&why=a,b&b='));
    expect(experiment.codes).toEqual(['m1', 'h1.1*0']);
    expect(experiment.faults).toEqual(['<script>', 'h9', 'constructor']);
    expect([experiment.target, experiment.rival, experiment.other]).toEqual([null, null, null]);
  });

  it('reads a plus that was typed as it is, and the last token once there is one', async () => {
    experiment.restore(decodeLink('x=pos+100,a0,at=last'));
    expect(experiment.codes).toEqual(['pos+100', 'a0']);
    await read(1, ['The', ' sun', ' is']);
    experiment.resolveLast();
    expect(experiment.codes).toEqual(['pos+100', 'a0', 'at=2']);
  });

  it('opens its views in the place of a stage, and closes only its own', () => {
    view.show('mlp');
    experiment.close();
    expect(view.open).toBe('mlp');
    experiment.open('lens');
    expect([view.open, experiment.view, experiment.on]).toEqual(['lens', 'lens', true]);
    experiment.close();
    expect([view.open, experiment.view]).toEqual([null, null]);
    expect(decodeLink('open=cache').open).toBe('cache');
  });
});
