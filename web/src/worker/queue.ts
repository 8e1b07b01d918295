/**
 * Which call is served when. Runs and what is pulled from them wait for each other, because they share one session: a
 * newer run takes the place of an older one, waiting or half-way, and goes before anything still to be pulled; what
 * a keystroke is about (the next token) is pulled first, and long pulls (a trace) come last and let short ones in. Before
 * each job newer messages are let in, and so they are between two blocks of a run.
 */
import { superseded } from '../protocol/call-error';

export type Lane = 'run' | 'first' | 'pull' | 'long';

export interface Job {
  readonly id: number;
  readonly lane: Lane;
  /** Aborted with the reason the caller is told. */
  readonly abort: AbortController;
  /** Does the work and answers; never rejects. */
  readonly work: () => Promise<void>;
  /** Answers a job that will not be worked on. */
  readonly refuse: (reason: unknown) => void;
}

/** Longest that newer messages wait for a look at them, ms. */
export const patience = 4;

export class Queue {
  #run: Job | undefined;
  #pulls: Job[] = [];
  #long: Job[] = [];
  #active: Job | undefined;
  #pumping = false;

  constructor(private readonly pause: () => Promise<void>) {}

  push(job: Job): void {
    if (job.lane === 'run') {
      this.#run?.refuse(superseded());
      this.#run = job;
      // A long pull (a trace) gives way too: its run is about to be gone.
      this.#active?.abort.abort(superseded());
    } else if (job.lane === 'first') {
      const others = this.#pulls.findIndex(({ lane }) => lane !== 'first');
      this.#pulls.splice(others < 0 ? this.#pulls.length : others, 0, job);
    } else if (job.lane === 'pull') {
      this.#pulls.push(job);
    } else {
      this.#long.push(job);
    }
    void this.#pump();
  }

  /** Takes a waiting job out, or tells the active one to stop; false when it is unknown here. */
  cancel(id: number, reason: unknown): boolean {
    if (this.#active?.id === id) {
      this.#active.abort.abort(reason);
      return true;
    }
    const waiting =
      this.#run?.id === id ? this.#run : [...this.#pulls, ...this.#long].find((job) => job.id === id);
    if (!waiting) return false;
    if (this.#run === waiting) this.#run = undefined;
    this.#pulls = this.#pulls.filter((job) => job !== waiting);
    this.#long = this.#long.filter((job) => job !== waiting);
    waiting.refuse(reason);
    return true;
  }

  /** Whether the job that is being served is followed by another pull. */
  get followed(): boolean {
    return !this.#run && this.#pulls.length > 0;
  }

  /** What a long job calls between two pieces of its work: pulls that came meanwhile are served first. */
  async serveShort(): Promise<void> {
    while (!this.#run && this.#pulls.length > 0) await this.#pulls.shift()?.work();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#run || this.#pulls.length > 0 || this.#long.length > 0) {
      await this.pause();
      this.#active = this.#run ?? this.#pulls.shift() ?? this.#long.shift();
      this.#run = undefined;
      await this.#active?.work();
      this.#active = undefined;
    }
    this.#pumping = false;
  }
}
