/** What the page asks of the worker that fetches and converts models, and what it hears back. */
import type { ModelSource } from '../protocol/protocol';
import type { Acquired } from './acquire';
import type { PlainFailure } from '../protocol/model-failure';
import type { Progress } from './progress';
import type { Divergence } from './reference';
import type { OriginalFile } from './store';

/** `exact`: in 32-bit floats; otherwise as int8. */
export type Job =
  | { kind: 'hub'; endpoint: string; repository: string; revision: string; exact: boolean; keep: boolean }
  | { kind: 'site'; base: string; exact: boolean; keep: boolean }
  | { kind: 'files'; files: File[]; name?: string; exact: boolean; keep: boolean }
  /** What is kept in this browser, in the other form. */
  | { kind: 'kept'; id: string; exact: boolean; keep: false }
  /** The files that `of` was made of, opened again. */
  | { kind: 'original'; of: ModelSource; files: File[]; wanted: OriginalFile[]; exact: true; keep: false };

export type ToKeeper =
  | { type: 'acquire'; job: Job; wasm: string }
  /** Load it for a while and run these tokens, to be compared with. */
  | { type: 'compare'; job: Job; wasm: string; ids: number[] }
  /** The other model's logits [rows, V] at the positions from `begin` on. */
  | { type: 'rows'; begin: number; logits: Float32Array }
  | { type: 'cancel' };

export type FromKeeper =
  | { type: 'progress'; progress: Progress }
  | { type: 'notice'; failure: PlainFailure }
  | { type: 'acquired'; acquired: Acquired; heapBytes: number }
  /** The tokens were run: rows may come. */
  | { type: 'computed' }
  | { type: 'compared'; positions: Divergence[] }
  | { type: 'failed'; failure: PlainFailure };
