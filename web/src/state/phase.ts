/** Where the newest question stands, and which answer may be on screen: pure functions, so that a table can test them. */
import type { ModelInfo, NextRequest, RunRequest, RunResult } from '../protocol/protocol';
import type { Problem } from './requests';

/** What was asked of a model. */
export interface Question {
  model: ModelInfo;
  request: RunRequest;
  next: NextRequest | undefined;
  attempt: AbortController;
}

export interface Answer {
  question: Question;
  result: RunResult;
}

/** Where the newest question stands. A problem stays told until the next answer is on screen. */
export type Phase =
  /** Nothing is asked: nothing is typed, or no model has come yet. */
  | { kind: 'idle' }
  | { kind: 'asked'; question: Question; problem: Problem | null }
  /** The answer has come; its picture is not on screen yet. */
  | { kind: 'answered'; question: Question; problem: Problem | null }
  /** What is on screen answers what is typed. */
  | { kind: 'shown'; question: Question }
  | { kind: 'failed'; problem: Problem };

export type RunStatus = 'loading' | 'computing' | 'ready' | 'overlong' | 'failed';

/** Longest that the picture stays as it is because each answer is overtaken by a newer one, ms. */
export const standstill = 100;

/** The page at the moment at which an answer could be shown. */
export interface Moment {
  /** The model in use; null before the first and after a crash. */
  model: ModelInfo | null;
  phase: Phase;
  /** The newest good answer. */
  newest: Answer | null;
  /** The run on screen, or -1. */
  run: number;
  /** Since the picture last changed, ms. */
  since: number;
}

/**
 * Whether an answer may be shown: one of the model in use, newer than the picture on screen, while there is something
 * to answer. One that a newer answer has overtaken is left out, but not so often that the picture stands still.
 */
export function mayShow(answer: Answer, { model, phase, newest, run, since }: Moment): boolean {
  if (answer.question.model !== model) return false;
  if (answer.result.run <= run) return false;
  if (phase.kind === 'idle') return false;
  return answer === newest || since > standstill;
}

/** What the page says of itself. `pending` counts what the picture has asked for and not taken in yet. */
export function statusOf(
  engine: { ready: boolean; failed: boolean },
  phase: Phase,
  pending: number,
): RunStatus {
  if (!engine.ready) return engine.failed ? 'failed' : 'loading';
  switch (phase.kind) {
    case 'failed':
      return isOverlong(phase.problem) ? 'overlong' : 'failed';
    case 'asked':
    case 'answered':
      return 'computing';
    case 'idle':
    case 'shown':
      return pending > 0 ? 'computing' : 'ready';
  }
}

/** The text has more tokens than the model reads: nothing has failed, and a shorter one is answered. */
export function isOverlong(problem: Problem): boolean {
  return problem.code === 'input' && problem.reason?.code === 'prompt_too_long';
}

export function problemOf(phase: Phase): Problem | null {
  return 'problem' in phase ? phase.problem : null;
}
