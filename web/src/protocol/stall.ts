/** One limit for every fetch of the page: a host that sends nothing for so long is told, and can be asked again. */

/** Longest that a fetch may go without a byte, ms. */
export const stallLimit = 30_000;

export interface StallWatch {
  /** Hand this to fetch: it ends the connection. */
  readonly signal: AbortSignal;
  /** Whether it was the silence that ended it, and not whoever gave it up. */
  readonly stalled: boolean;
  /** Something is waited for from now on; a limit that runs begins anew. */
  wait(): void;
  /** Nothing is waited for just now. */
  rest(): void;
  /** All has come, or nothing will: lets go of the outer signal. */
  end(): void;
}

/** Gives up when something is waited for longer than `limit` ms, or when `outer` is aborted. */
export function stallWatch(outer?: AbortSignal, limit = stallLimit): StallWatch {
  const end = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stalled = false;
  const rest = () => clearTimeout(timer);
  const give = () => {
    rest();
    end.abort(outer!.reason);
  };
  if (outer?.aborted) give();
  // Not AbortSignal.any: Safari has it since 17.4 alone.
  outer?.addEventListener('abort', give, { once: true });
  return {
    signal: end.signal,
    get stalled() {
      return stalled;
    },
    wait() {
      rest();
      if (end.signal.aborted) return;
      timer = setTimeout(() => {
        stalled = true;
        end.abort(new Error(`nothing has come for ${limit / 1000} s`));
      }, limit);
    },
    rest,
    end() {
      rest();
      outer?.removeEventListener('abort', give);
    },
  };
}

/** Rejects when a part of the page that is fetched by the browser itself, such as a program, does not come in time. */
export async function arriving<T>(part: Promise<T>, limit = stallLimit): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing has come for ${limit / 1000} s`)), limit);
  });
  return Promise.race([part, late]).finally(() => clearTimeout(timer));
}
