/** Which build of the engine runs: a pure function of what the browser offers, which the page's address may overrule. */
import type { VariantReason } from '../protocol/protocol';

export interface Platform {
  /** `crossOriginIsolated`: only then may memory be shared. */
  isolated: boolean;
  /** `SharedArrayBuffer` exists. */
  sharedMemory: boolean;
  /** `navigator.hardwareConcurrency`. */
  cores: number;
}

export interface Variant {
  /** 1 is the build that runs everywhere. */
  threads: number;
  reason: VariantReason;
}

/** More help nothing: the products of GPT-2 small are then limited by memory. */
const mostThreads = 8;

/** `asked` is what `?threads=` of the address says, untrusted; anything but a whole number from 1 on is ignored. */
export function chooseVariant({ isolated, sharedMemory, cores }: Platform, asked: string | null): Variant {
  const wanted = asked !== null && /^\d{1,3}$/.test(asked) ? Number(asked) : 0;
  if (wanted === 1) return { threads: 1, reason: 'asked' };
  if (!isolated) return { threads: 1, reason: 'not-isolated' };
  // WebKit's isolated pages can lack it.
  if (!sharedMemory) return { threads: 1, reason: 'not-shared' };
  if (wanted > 1) return { threads: Math.min(wanted, 2 * mostThreads), reason: 'asked' };
  if (!(cores > 1)) return { threads: 1, reason: 'one-core' };
  // Above four, half of what a browser calls cores are second threads of the same core, which share its arithmetic.
  return { threads: Math.min(cores <= 4 ? cores : Math.ceil(cores / 2) + 1, mostThreads), reason: 'cores' };
}

export function platform(): Platform {
  return {
    isolated: globalThis.crossOriginIsolated === true,
    sharedMemory: typeof SharedArrayBuffer === 'function',
    cores: globalThis.navigator?.hardwareConcurrency ?? 1,
  };
}

/** The threaded build lies beside the other one. */
export function threadedUrl(wasm: string): string {
  return wasm.replace(/vitrine\.wasm(?=$|[?#])/, 'vitrine-threads.wasm');
}
