/** Runs the published prompts through the page's own engine, when nothing else is asked of it. */
import type { Engine } from '../client/client';
import type { Probe, ProbeRequest } from '../protocol/protocol';
import {
  type Answer,
  type CaseFigures,
  compareCase,
  judge,
  type Reference,
  type ReferenceCase,
  TOLERANCE,
  type Verdict,
} from '../models/reference';

export interface CheckOptions {
  dtype: 'q8' | 'f32';
  signal: AbortSignal;
  /** Resolves when the page has nothing better to do. */
  idle?: () => Promise<void>;
  onCase?: (done: number, all: number) => void;
}

type Call = Engine['call'];

/** How often a prompt gives way to the reader's typing before it is left for the next quiet moment. */
const PATIENCE = 200;

/** Rejects when `signal` says so, or when the engine fails for another reason than being busy. */
export async function check(call: Call, reference: Reference, options: CheckOptions): Promise<Verdict> {
  const tolerance = TOLERANCE[options.dtype];
  const figures: CaseFigures[] = [];
  for (const published of reference.cases) {
    options.onCase?.(figures.length, reference.cases.length);
    figures.push(compareCase(published, await answer(call, published, options), tolerance));
  }
  options.onCase?.(figures.length, figures.length);
  return judge(figures, tolerance);
}

async function answer(
  call: Call,
  { prompt, attention }: ReferenceCase,
  options: CheckOptions,
): Promise<Answer> {
  const names = Object.keys(attention);
  const { ids, logits, patterns } = await probePatiently(
    call,
    { prompt, heads: names.map(addressOf) },
    options,
  );
  return {
    ids,
    logits,
    attention: Object.fromEntries(names.map((name, index) => [name, patterns[index]])),
  };
}

/** Asks in idle time, and again when a run of the reader's came first. */
export async function probePatiently(
  call: Call,
  request: ProbeRequest,
  { signal, idle = whenIdle }: Pick<CheckOptions, 'signal' | 'idle'>,
): Promise<Probe> {
  for (let attempt = 1; ; attempt++) {
    await idle();
    signal.throwIfAborted();
    try {
      return await call('probe', request, signal);
    } catch (error) {
      const code = (error as { failure?: { code?: string } }).failure?.code;
      if (code !== 'superseded' || attempt === PATIENCE) throw error;
    }
  }
}

function addressOf(name: string): { layer: number; head: number } {
  const [, layer, head] = /^L(\d+)H(\d+)$/.exec(name)!;
  return { layer: Number(layer), head: Number(head) };
}

/** Safari has no idle callback; a pause does there. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve());
    else setTimeout(resolve, 200);
  });
}
