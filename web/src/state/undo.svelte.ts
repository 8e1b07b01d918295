/** Steps back that are kept: each is a prompt and what was generated after it. */
const most = 100;

/** What Undo goes back to, the newest first, the oldest forgotten; and what Redo goes forth to again. */
export class UndoStack<T> {
  readonly #kept: T[] = [];
  #undone: T[] = [];
  /** How often it can go back. */
  count = $state(0);

  push(one: T): void {
    this.#undone = [];
    this.#keep(one);
  }

  /** Goes back from `now`; undefined where there is nothing to go back to. */
  pop(now: T): T | undefined {
    const last = this.#kept.pop();
    if (last !== undefined) this.#undone.push(now);
    this.count = this.#kept.length;
    return last;
  }

  /** Goes forth from `now` to where `pop` was called. */
  redo(now: T): T | undefined {
    const next = this.#undone.pop();
    if (next !== undefined) this.#keep(now);
    return next;
  }

  #keep(one: T): void {
    this.#kept.push(one);
    if (this.#kept.length > most) this.#kept.shift();
    this.count = this.#kept.length;
  }
}
