import { describe, expect, it } from 'vitest';
import { Mailbox } from '../../../web/src/worker/mailbox';
import type { Candidate, RunResult } from '../../../web/src/protocol/protocol';

const candidate = (logit: number): Candidate => ({
  ...{ rank: 0, id: 7, text: ' "né\n', logit, tempered: logit / 0.7 },
  ...{ raw: Math.fround(0.1), scaled: 1e-30, probability: 0, kept: 'k' },
});

function answer(logit = -12.3456789, tokens = 2): RunResult {
  const distribution = { candidates: [candidate(logit)], asked: [], edge: [] };
  return {
    ...{ run: 3, reused: 1, milliseconds: 1.25 },
    tokens: Array.from({ length: tokens }, (_, id) => ({
      ...{ id, text: '‹F0›' },
      bytes: Uint8Array.of(0xf0, id % 256),
    })),
    next: { distribution, draw: { id: 7 } } as unknown as RunResult['next'],
  };
}

/** Both ends on the same memory. */
function ends() {
  const page = new Mailbox();
  return { page, worker: new Mailbox(page.memory) };
}

describe('Mailbox', () => {
  it('hands an answer over as it is, to whoever asks for that call alone', () => {
    const { page, worker } = ends();
    expect(page.take(5)).toBeNull();
    worker.put(5, answer());
    expect(page.take(4)).toBeNull();
    expect(page.take(6)).toBeNull();
    expect(page.take(5)).toEqual(answer());
    expect(page.take(5)!.tokens[1]!.bytes).toEqual(Uint8Array.of(0xf0, 1));
  });

  it('holds the last answer', () => {
    const { page, worker } = ends();
    worker.put(5, answer(1, 40));
    worker.put(6, answer(2, 1));
    expect(page.take(5)).toBeNull();
    expect(page.take(6)).toEqual(answer(2, 1));
  });

  it.each([NaN, Infinity, -Infinity])('leaves an answer with %s to its message', (logit) => {
    const { page, worker } = ends();
    worker.put(5, answer(logit));
    expect(page.take(5)).toBeNull();
  });

  it('leaves an answer that is too long to its message', () => {
    const { page, worker } = ends();
    worker.put(5, answer(1, 5000));
    expect(page.take(5)).toBeNull();
  });

  it('is made where pages share memory alone', () => {
    expect(Mailbox.make()).toBeNull();
  });
});
