/** A newer build of the page that lies ready in this browser. */
class Update {
  /** Loads it; null while there is none, and after the reader waved it away. */
  apply = $state.raw<(() => void) | null>(null);
}

export const update = new Update();
