/** The worker's end with the real engine and a tiny model, for tests of the protocol. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createEngine, type Engine, type EngineError } from '../../web/src/client/client';
import type { EngineEvent, Failure, ModelSource, RunResult } from '../../web/src/protocol/protocol';
import { tinyConfig, tinyFile, tinyShape } from './engine';
import { InProcessWorker } from './in_process_worker';

/** A letter for each token. */
export const letters = Array.from({ length: tinyShape.vocabulary }, (_, id) => String.fromCodePoint(97 + id));

/** The tiny model as files; null leaves one out. */
export function source(overrides: Record<string, BlobPart | null> = {}, id = 'tiny'): ModelSource {
  const parts: Record<string, BlobPart | null> = {
    'config.json': tinyConfig(),
    'model.safetensors': tinyFile(),
    'vocab.json': JSON.stringify(letters),
    ...overrides,
  };
  const files = Object.entries(parts).flatMap(([name, part]) =>
    part === null ? [] : [new File([part], name)],
  );
  return { kind: 'files', id, name: 'Tiny', files };
}

/** Why a call was refused; an answer is a failure of the test. */
export const failureOf = (call: Promise<unknown>): Promise<Failure> =>
  call.then(
    () => expect.fail('the call was answered'),
    (reason: unknown) => (reason as EngineError).failure,
  );

export interface Served {
  engine: Engine;
  /** What the engine told unasked. */
  events: EngineEvent[];
  run(prompt: string): Promise<RunResult>;
}

/** An engine with the tiny model, there for all tests of a file, none of which may let it crash. */
export function useEngine(): Served {
  const crashes: Failure[] = [];
  const served = { events: [] as EngineEvent[] } as Served;
  served.run = (prompt) => served.engine.call('run', { prompt });
  beforeAll(async () => {
    served.engine = createEngine({
      wasm: 'vitrine.wasm',
      worker: () => new InProcessWorker(),
      onEvent: (event) => served.events.push(event),
      onCrash: (failure) => crashes.push(failure),
    });
    await served.engine.call('load', source());
  });
  afterAll(() => served.engine?.dispose());
  afterEach(() => expect(crashes).toEqual([]));
  return served;
}
