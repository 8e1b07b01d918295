/**
 * One file over HTTP, each byte exactly once and in order, whatever happens to the connections: what was cut off goes
 * on with a range, busy hosts are waited for, and a file that changed meanwhile is told apart from one that goes on.
 */
import { ModelFailure } from './failure';
import { type AskOptions, etagOf, explainNoAnswer, explainStatus, fileOf, request, retryAfter } from './http';

export interface Patience {
  /** Attempts in a row that bring not one byte before it is given up. */
  attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  pause: number;
  /** Milliseconds without a byte after which a connection counts as dead. */
  stall: number;
  /** Seconds of a Retry-After that are waited out; longer ones are told to the reader. */
  longestWait: number;
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export const patience: Patience = { attempts: 8, pause: 500, stall: 30_000, longestWait: 120, sleep };

export interface DownloadOptions extends AskOptions {
  url: string;
  /** Bytes of the file, when known. */
  size: number | null;
  /** What is already here, to go on from, and the ETag it was served with. */
  from?: number;
  etag?: string | null;
  patience?: Patience;
  /** Told before each pause: why, and for how long. */
  onPause?: (failure: ModelFailure, milliseconds: number) => void;
}

export class Download {
  /** Bytes handed out, those that were here already included. */
  offset: number;
  etag: string | null;
  size: number | null;

  constructor(private readonly options: DownloadOptions) {
    this.offset = options.from ?? 0;
    this.etag = options.etag ?? null;
    this.size = options.size;
  }

  /** Throws ModelFailure: `changed` when the file is no longer the one it was begun with, `length` when it is not as long as said. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const { patience: limits = patience, signal } = this.options;
    let fruitless = 0;
    while (this.size === null || this.offset < this.size) {
      const before = this.offset;
      const failure: ModelFailure | null = yield* this.attempt(limits);
      if (signal?.aborted) throw new ModelFailure('cancelled');
      if (failure === null) return;
      fruitless = this.offset > before ? 0 : fruitless + 1;
      if (!passing(failure, limits) || fruitless >= limits.attempts) throw failure;
      const wait =
        failure.code === 'tooMany'
          ? 1000 * Number(failure.values.seconds)
          : limits.pause * 2 ** Math.max(0, fruitless - 1);
      this.options.onPause?.(failure, wait);
      await limits.sleep(wait, signal);
    }
  }

  /** One connection. Returns null when the file is complete, or why it is not. */
  private async *attempt(limits: Patience): AsyncGenerator<Uint8Array, ModelFailure | null> {
    const stalled = new AbortController();
    const both = this.options.signal
      ? AbortSignal.any([this.options.signal, stalled.signal])
      : stalled.signal;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const awake = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), limits.stall);
    };
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      awake();
      const response = await (this.options.fetch ?? fetch)(
        this.options.url,
        request({ ...this.options, signal: both }, this.offset),
      );
      const refusal = this.judge(response);
      if (refusal === 'complete') return null;
      if (refusal) return refusal;
      // A host that ignores ranges sends the beginning again.
      let skip = response.status === 206 ? 0 : this.offset;
      reader = response.body!.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        awake();
        if (done) break;
        const fresh = skip >= value.length ? null : value.subarray(skip);
        skip = Math.max(0, skip - value.length);
        if (!fresh) continue;
        if (this.size !== null && this.offset + fresh.length > this.size)
          return this.wrongLength(this.offset + fresh.length);
        this.offset += fresh.length;
        yield fresh;
      }
      if (this.size === null) this.size = this.offset;
      return this.offset === this.size ? null : this.interrupted();
    } catch (error) {
      if (this.options.signal?.aborted) return new ModelFailure('cancelled');
      if (reader || stalled.signal.aborted) return this.interrupted();
      return explainNoAnswer(this.options.url, this.options.fetch ?? fetch, error);
    } finally {
      clearTimeout(timer);
      reader?.cancel().catch(() => undefined);
      stalled.abort();
    }
  }

  /** Whether the answer is the continuation of what is here. */
  private judge(response: Response): ModelFailure | 'complete' | null {
    if (response.status === 416) {
      return this.size === null || this.size === this.offset
        ? 'complete'
        : this.wrongLength(totalOf(response) ?? this.offset);
    }
    if (!response.ok) {
      const failure = explainStatus(response, this.options.url, this.options);
      if (failure.code === 'tooMany') failure.values.seconds = retryAfter(response) ?? 30;
      return failure;
    }
    const etag = etagOf(response);
    if (etag !== null && this.etag !== null && etag !== this.etag)
      return new ModelFailure('changed', { file: fileOf(this.options.url) });
    this.etag = etag ?? this.etag;
    if (response.status !== 206) return null;
    const range = /^bytes (\d+)-\d+\//.exec(response.headers.get('Content-Range') ?? '');
    if (range && Number(range[1]) !== this.offset)
      return new ModelFailure('changed', { file: fileOf(this.options.url) });
    const total = totalOf(response);
    if (total !== null && this.size !== null && total !== this.size) return this.wrongLength(total);
    this.size ??= total;
    return null;
  }

  private wrongLength(got: number): ModelFailure {
    return new ModelFailure('length', { file: fileOf(this.options.url), got, wanted: this.size ?? got });
  }

  private interrupted(): ModelFailure {
    return new ModelFailure('interrupted', {
      host: new URL(this.options.url).host,
      got: this.offset,
      wanted: this.size ?? 0,
    });
  }
}

/** Length of the whole file, from Content-Range. */
function totalOf(response: Response): number | null {
  const total = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '');
  return total ? Number(total[1]) : null;
}

/** Whether trying again may help. */
function passing(failure: ModelFailure, limits: Patience): boolean {
  switch (failure.code) {
    case 'interrupted':
    case 'offline':
    case 'unreachable':
    case 'unreadable':
    case 'server':
    // A redirect to the content network is signed and runs out; the next one is fresh.
    case 'forbidden':
      return true;
    case 'tooMany':
      return Number(failure.values.seconds) <= limits.longestWait;
    default:
      return false;
  }
}

export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new ModelFailure('cancelled'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
