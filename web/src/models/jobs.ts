/** What the page asks of the worker that fetches and converts models, and what it hears back. */
import type { Acquired } from './acquire';
import type { PlainFailure } from './failure';
import type { Progress } from './progress';

export type Job =
  | { kind: 'hub'; endpoint: string; repository: string; revision: string; exact: boolean; keep: boolean }
  | { kind: 'site'; base: string; exact: boolean; keep: boolean }
  | { kind: 'bundled'; base: string; exact: boolean; keep: false }
  | { kind: 'files'; files: File[]; name?: string; exact: boolean; keep: boolean };

export type ToKeeper =
  | { type: 'acquire'; job: Job; wasm: string }
  /** Load it in 32-bit floats, run these tokens, and forget it. */
  | { type: 'answer'; job: Job; wasm: string; ids: number[] }
  | { type: 'cancel' };

export type FromKeeper =
  | { type: 'progress'; progress: Progress }
  | { type: 'notice'; failure: PlainFailure }
  | { type: 'acquired'; acquired: Acquired; heapBytes: number }
  /** Logits of the last position, [V]. */
  | { type: 'answered'; logits: Float32Array }
  | { type: 'failed'; failure: PlainFailure };
