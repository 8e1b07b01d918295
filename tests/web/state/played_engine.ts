import type { ModelInfo, RunResult, Tensor } from '../../../web/src/protocol/protocol';
import { EngineError } from '../../../web/src/client/client';
import type { EngineState } from '../../../web/src/state/engine.svelte';

export interface Asked {
  name: string;
  args: Record<string, unknown>;
  signal?: AbortSignal;
  answer(value: unknown): void;
  fail(code: 'superseded' | 'input' | 'stale' | 'crashed', message?: string): void;
}

export const info = {
  id: 'played',
  layers: 2,
  heads: 3,
  context: 8,
  vocabulary: 100,
  hasTokenizer: true,
  endTokens: [99],
  documentMark: 99,
  tying: 'plain',
} as ModelInfo;

/** An engine whose calls are answered by the test. */
export function playedEngine(about: Partial<ModelInfo> = {}) {
  const asked: Asked[] = [];
  const engine = {
    info: { ...info, ...about } as ModelInfo | null,
    phase: { kind: 'ready' },
    healthy() {},
    revive() {},
    call(name: string, args: Record<string, unknown>, signal?: AbortSignal) {
      return new Promise((resolve, reject) => {
        asked.push({
          name,
          args,
          signal,
          answer: resolve,
          fail: (code, message = code) => reject(new EngineError({ code, message })),
        });
      });
    },
  };
  return { engine: engine as unknown as EngineState, asked, raw: engine };
}

/** A run of as many tokens as there are words. */
export function resultOf(run: number, words: string[]): RunResult {
  return {
    run,
    reused: 0,
    milliseconds: 1,
    tokens: words.map((text, id) => ({ id, text, bytes: new TextEncoder().encode(text) })),
  };
}

export const tensor = (...data: number[]): Tensor => ({
  shape: [data.length],
  data: Float32Array.from(data),
});

/** Lets promises that are ready go on. */
export const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
