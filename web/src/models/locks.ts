/** Who may touch a model's files, across all tabs of this origin: https://w3c.github.io/web-locks/ */

export interface Locks {
  /** Runs `work` while the lock is held, or returns null at once when another tab holds it. */
  attempt<T>(
    name: string,
    mode: 'exclusive' | 'shared',
    work: () => Promise<T>,
  ): Promise<{ result: T } | null>;
  /** Resolves once nobody holds the lock exclusively. */
  free(name: string): Promise<void>;
}

export function browserLocks(manager = globalThis.navigator?.locks): Locks {
  // Without the interface the file system's own exclusive writers remain.
  if (!manager)
    return { attempt: async (_name, _mode, work) => ({ result: await work() }), free: async () => undefined };
  return {
    async attempt<T>(name: string, mode: LockMode, work: () => Promise<T>) {
      let held: { result: T } | null = null;
      let answered = false;
      try {
        await manager.request(`vitrine:${name}`, { mode, ifAvailable: true }, async (lock) => {
          answered = true;
          if (lock) held = { result: await work() };
        });
      } catch (error) {
        if (answered || !isRefused(error)) throw error;
        held = { result: await work() };
      }
      return held;
    },
    free: async (name) => {
      try {
        await manager.request(`vitrine:${name}`, { mode: 'shared' }, async () => undefined);
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    },
  };
}

/** Where a site may not store data, its locks are refused as well; then it shares no files with other tabs either. */
const isRefused = (error: unknown) => error instanceof DOMException && error.name === 'SecurityError';
