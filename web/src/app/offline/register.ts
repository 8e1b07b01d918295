/**
 * Registers the service worker once the page has settled, so that keeping files for later never competes with showing
 * them now. Without service workers (an insecure host, private windows of some browsers) the page works as before, online.
 */
import { activateMessage, type KeepMessage } from './plan';

export type Offline = 'unsupported' | 'kept' | 'failed';

export interface Visit {
  /** Called when a newer build lies ready, or has taken over in another tab; `apply` loads it. */
  onupdate: (apply: () => void) => void;
  reload: () => void;
  /** Addresses of what the page has been given so far. */
  given?: () => string[];
}

export async function keepOffline(
  container: ServiceWorkerContainer | undefined,
  script: URL,
  { onupdate, reload, given = () => [] }: Visit,
): Promise<Offline> {
  if (!container) return 'unsupported';
  // The first worker of all takes over a page of its own build, which is no news.
  let controlled = container.controller !== null;
  try {
    const registration = await container.register(script);
    const offer = () =>
      onupdate(() => {
        container.addEventListener('controllerchange', reload, { once: true });
        if (registration.waiting) registration.waiting.postMessage(activateMessage);
        else reload();
      });
    const watch = (worker: ServiceWorker | null) => {
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed' && container.controller) offer();
      });
    };
    container.addEventListener('controllerchange', () => {
      if (controlled) onupdate(reload);
      // What came before the first worker did has not passed it.
      else container.controller?.postMessage({ keep: given() } satisfies KeepMessage);
      controlled = true;
    });
    registration.addEventListener('updatefound', () => watch(registration.installing));
    watch(registration.installing);
    if (registration.waiting && container.controller) offer();
    await container.ready;
    return 'kept';
  } catch {
    // Storage refused, or the script is not served (a development server): nothing is lost but the next visit offline.
    return 'failed';
  }
}
