/** Steps back that are kept: each is a prompt and what was generated after it. */
const most = 100;

/** What Undo goes back to, the newest first; the oldest are forgotten. */
export class UndoStack<T> {
  readonly #kept: T[] = [];
  /** How often it can go back. */
  count = $state(0);

  push(one: T): void {
    this.#kept.push(one);
    if (this.#kept.length > most) this.#kept.shift();
    this.count = this.#kept.length;
  }

  pop(): T | undefined {
    const last = this.#kept.pop();
    this.count = this.#kept.length;
    return last;
  }
}
