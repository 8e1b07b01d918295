/**
 * Registers the service worker once the page has settled, so that keeping files for later never competes with showing
 * them now. Without service workers (an insecure host, private windows of some browsers) the page works as before, online.
 */
export type Offline = 'unsupported' | 'registering' | 'kept' | 'failed';

export async function keepOffline(
  container: ServiceWorkerContainer | undefined,
  script: URL,
): Promise<Offline> {
  if (!container) return 'unsupported';
  try {
    await container.register(script);
    await container.ready;
    return 'kept';
  } catch {
    // Storage refused, or the script is not served (a development server): nothing is lost but the next visit offline.
    return 'failed';
  }
}
