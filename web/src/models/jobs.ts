/** What the page asks of the worker that fetches and converts models, and what it hears back. */
import type { Acquired } from './acquire';
import type { PlainFailure } from './failure';
import type { Progress } from './progress';

export type Job =
  | { kind: 'hub'; endpoint: string; repository: string; revision: string; exact: boolean; keep: boolean }
  | { kind: 'site'; base: string; exact: boolean; keep: boolean }
  | { kind: 'files'; files: File[]; exact: boolean; keep: boolean };

export type ToKeeper = { type: 'start'; job: Job; wasm: string } | { type: 'cancel' };

export type FromKeeper =
  | { type: 'progress'; progress: Progress }
  | { type: 'notice'; failure: PlainFailure }
  | { type: 'done'; acquired: Acquired; heapBytes: number }
  | { type: 'failed'; failure: PlainFailure };
