/** Figures about a transfer that a person can trust: what was measured, over the last seconds. */

/** `loading`: all is here, and the engine reads it. */
export type Stage = 'asking' | 'replaying' | 'downloading' | 'reading' | 'pausing' | 'saving' | 'loading';

export interface Progress {
  stage: Stage;
  /** Bytes of the source files that went through the converter. */
  received: number;
  total: number | null;
  /** Bytes a second over the last seconds; null until there is enough to tell. */
  rate: number | null;
  /** Seconds left at that rate. */
  left: number | null;
  /** Milliseconds until the next attempt, while pausing. */
  pause?: number;
}

/** Milliseconds that the rate looks back. */
const WINDOW = 5000;
/** Milliseconds below which a rate would be noise. */
const SHORTEST = 500;

/** Rate of a transfer over a sliding window. Times are in milliseconds of any steady clock. */
export class Meter {
  private samples: { at: number; bytes: number }[] = [];

  /** `bytes`: all that arrived up to now. */
  add(at: number, bytes: number): void {
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - this.samples[1].at >= WINDOW) this.samples.shift();
  }

  /** Forgets the past: after a pause, or when the source of the bytes changes. */
  restart(): void {
    this.samples = [];
  }

  /** Bytes a second, or null. */
  rate(): number | null {
    const [first, last] = [this.samples[0], this.samples[this.samples.length - 1]];
    if (!first || last.at - first.at < SHORTEST) return null;
    return (1000 * (last.bytes - first.bytes)) / (last.at - first.at);
  }

  /** Seconds until `total` at the present rate, or null. */
  left(total: number | null): number | null {
    const rate = this.rate();
    const last = this.samples[this.samples.length - 1];
    if (total === null || !rate || !last) return null;
    return Math.max(0, (total - last.bytes) / rate);
  }
}
