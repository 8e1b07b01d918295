/** The files of a model, wherever they are: what the engine reads and every kind of source hands out. */

import type { StallWatch } from '../protocol/stall';

/** A file on its way. */
export interface OpenFile {
  stream: ReadableStream<Uint8Array>;
  /** Bytes of the file, when that is certain. */
  size: number | null;
  /** URL or file name, for messages. */
  where: string;
  /** Ends the stream when nothing comes any more. */
  watch?: StallWatch;
  /** What its SHA-256 must be, in hexadecimal, where that is known. */
  sha256?: string;
}

export interface ModelFiles {
  /** Starts fetching; null when there is no such file. `anew`: past every cache, because what came was wrong. */
  open(name: string, signal: AbortSignal, anew?: boolean): Promise<OpenFile | null>;
  /** The files of weights, in the order in which they are to be streamed. */
  weights: string[];
  /** Bytes of all of them, when known before any is opened. */
  total: number | null;
  /** What there is, for messages. */
  where: string;
}
