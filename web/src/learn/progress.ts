/** What was seen and answered, kept in the browser; where storage is refused nothing is kept, and nothing breaks. */
import { recall, remember } from '../state/language';
import type { Verdict } from './judge';

export interface Progress {
  v: 1;
  /** By address, such as `next.1`. */
  steps: Record<string, { seen: true; verdict?: Verdict | null }>;
  /** Lessons on the reader's own sentence. */
  mine: boolean;
  /** Where the reader was last. */
  last?: string;
}

const name = 'learn';
const nothing = (): Progress => ({ v: 1, steps: {}, mine: false });

/** Whatever is kept, anything else than what was written is nothing. */
export function readProgress(text: string | null): Progress {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Progress> | null;
    if (kept?.v !== 1 || typeof kept.steps !== 'object' || kept.steps === null) return nothing();
    const steps = Object.entries(kept.steps).filter(
      ([address, step]) =>
        /^[a-z]+\.\d{1,2}$/.test(address) && typeof step === 'object' && step?.seen === true,
    );
    const last = typeof kept.last === 'string' && /^[a-z]+\.\d{1,2}$/.test(kept.last) ? kept.last : undefined;
    return { v: 1, steps: Object.fromEntries(steps), mine: kept.mine === true, ...(last && { last }) };
  } catch {
    return nothing();
  }
}

export const keptProgress = (): Progress => readProgress(recall(name));
export const keepProgress = (progress: Progress): void => remember(name, JSON.stringify(progress));

export function forgetProgress(): Progress {
  try {
    localStorage.removeItem(`vitrine.${name}`);
  } catch {
    // There was nothing kept either.
  }
  return nothing();
}
