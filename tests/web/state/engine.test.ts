import { describe, expect, it } from 'vitest';
import { type Engine, type EngineClientOptions, EngineError } from '../../../web/src/client/client';
import type { Failure, ModelInfo, ModelSource } from '../../../web/src/protocol/protocol';
import { EngineState } from '../../../web/src/state/engine.svelte';
import { turn } from './played_engine';

const source = (id: string): ModelSource => ({ kind: 'kept', id, name: id });
const crash: Failure = { code: 'crashed', message: 'unreachable executed' };

/** The state over a client whose loads are answered by the test. */
function played() {
  const loads: { id: string; answer: () => void; fail: (failure: Failure) => void }[] = [];
  let options: EngineClientOptions = {};
  const client = {
    call: (_name: string, args: ModelSource) =>
      new Promise((resolve, reject) => {
        loads.push({
          id: args.id,
          answer: () => resolve({ id: args.id } as ModelInfo),
          fail: (failure) => reject(new EngineError(failure)),
        });
      }),
    dispose: () => {},
  };
  const state = new EngineState((given) => {
    options = given ?? {};
    return client as unknown as Engine;
  });
  return { state, loads, crash: () => options.onCrash!(crash) };
}

async function loaded(id = 'a') {
  const all = played();
  void all.state.load(source(id));
  all.loads.at(-1)!.answer();
  await turn();
  return all;
}

describe('an engine that crashes', () => {
  it('is started again with its model, twice, and then given up with the reason', async () => {
    const { state, loads, crash: die } = await loaded();
    for (let time = 1; time <= 2; time++) {
      die();
      expect(state.phase.kind).toBe('loading');
      expect(loads.at(-1)!.id).toBe('a');
      loads.at(-1)!.answer();
      await turn();
    }
    die();
    expect(state.phase).toEqual({ kind: 'failed', source: source('a'), failure: crash });
    expect(state.info).toBeNull();
    expect(loads).toHaveLength(3);
  });

  it('is started anew by Try again and by another text, as often as before', async () => {
    const { state, loads, crash: die } = await loaded();
    for (const start of [() => void state.retry(), () => state.revive()]) {
      for (let time = 0; time < 3; time++) {
        die();
        if (time < 2) loads.at(-1)!.answer();
        await turn();
      }
      expect(state.phase.kind).toBe('failed');
      start();
      expect(state.phase.kind).toBe('loading');
      loads.at(-1)!.answer();
      await turn();
      expect(state.phase.kind).toBe('ready');
    }
  });

  it('counts anew after a good answer', async () => {
    const { state, loads, crash: die } = await loaded();
    for (let time = 0; time < 5; time++) {
      die();
      loads.at(-1)!.answer();
      await turn();
      state.healthy();
      expect([state.phase.kind, state.recovered]).toEqual(['ready', true]);
    }
  });

  it('comes back with the model that was in use, after another one has failed to load', async () => {
    const { state, loads, crash: die } = await loaded('a');
    void state.load(source('b'));
    loads.at(-1)!.fail({ code: 'input', message: 'no model' });
    await turn();
    expect([state.phase.kind, state.info?.id]).toEqual(['failed', 'a']);
    die();
    expect(loads.at(-1)!.id).toBe('a');
  });
});

describe('a text', () => {
  it('starts nothing where an engine runs, loads, or has failed for another reason', async () => {
    const { state, loads } = await loaded();
    state.revive();
    void state.load(source('b'));
    state.revive();
    loads.at(-1)!.fail({ code: 'network', message: 'offline' });
    await turn();
    state.revive();
    expect(loads).toHaveLength(2);
  });
});
