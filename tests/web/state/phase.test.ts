import { describe, expect, it } from 'vitest';
import type { ModelInfo } from '../../../web/src/protocol/protocol';
import {
  type Answer,
  mayShow,
  type Moment,
  type Phase,
  problemOf,
  type Question,
  standstill,
  statusOf,
} from '../../../web/src/state/phase';
import { info, resultOf } from './played_engine';

const model = info;
const other: ModelInfo = { ...info };
const questionOf = (of: ModelInfo): Question => ({
  model: of,
  request: { prompt: 'a' },
  next: undefined,
  attempt: new AbortController(),
});
const question = questionOf(model);
const newer = questionOf(model);
const answer: Answer = { question, result: resultOf(7, ['a']) };
const newest: Answer = { question: newer, result: resultOf(8, ['a', 'b']) };
const problem = { code: 'input' as const, message: 'too long' };

describe('which answer may be shown', () => {
  const usual: Moment = {
    model,
    phase: { kind: 'answered', question, problem: null },
    newest: answer,
    run: 6,
    since: 5,
  };
  const rows: [string, Partial<Moment>, boolean][] = [
    ['the newest one', {}, true],
    [
      'the newest, while a newer question waits',
      { phase: { kind: 'asked', question: newer, problem: null } },
      true,
    ],
    ['the last good one, when the newer question failed', { phase: { kind: 'failed', problem } }, true],
    ['none to a text that is gone', { phase: { kind: 'idle' } }, false],
    [
      'none to a text that is gone, however long the picture stands',
      { phase: { kind: 'idle' }, since: 999 },
      false,
    ],
    ['none that a newer answer has overtaken', { newest }, false],
    ['one that was overtaken, when the picture stands still', { newest, since: standstill + 1 }, true],
    ['none older than the picture', { newest, run: 8, since: 999 }, false],
    ['not the one on screen again', { run: 7 }, false],
    ['none of another model', { model: other }, false],
    ['none while no model is there', { model: null }, false],
  ];
  it.each(rows)('%s', (_, moment, may) => {
    expect(mayShow(answer, { ...usual, ...moment })).toBe(may);
  });
});

describe('the status', () => {
  const ready = { ready: true, failed: false };
  const phases: Phase[] = [
    { kind: 'idle' },
    { kind: 'asked', question, problem: null },
    { kind: 'answered', question, problem },
    { kind: 'shown', question },
    { kind: 'failed', problem },
  ];
  it('is ready only where what is on screen answers what is typed, and nothing is on its way', () => {
    expect(phases.map((phase) => statusOf(ready, phase, 0))).toEqual([
      'ready',
      'computing',
      'computing',
      'ready',
      'failed',
    ]);
    expect(phases.map((phase) => statusOf(ready, phase, 1))).toEqual([
      'computing',
      'computing',
      'computing',
      'computing',
      'failed',
    ]);
  });
  it("is the model's own before there is one", () => {
    for (const phase of phases) {
      expect(statusOf({ ready: false, failed: false }, phase, 0)).toBe('loading');
      expect(statusOf({ ready: false, failed: true }, phase, 0)).toBe('failed');
    }
  });
  it('is not changed by another model that could not be loaded', () => {
    expect(statusOf({ ready: true, failed: true }, { kind: 'shown', question }, 0)).toBe('ready');
  });
});

it('what was wrong stays told until the next answer is on screen', () => {
  expect(problemOf({ kind: 'asked', question, problem })).toBe(problem);
  expect(problemOf({ kind: 'answered', question, problem })).toBe(problem);
  expect(problemOf({ kind: 'shown', question })).toBeNull();
  expect(problemOf({ kind: 'idle' })).toBeNull();
});
