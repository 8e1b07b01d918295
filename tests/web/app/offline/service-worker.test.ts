/** The service worker in a scope that is played here. */
import { expect, test, vi } from 'vitest';

type Listener = (event: { waitUntil: (work: Promise<unknown>) => void }) => void;

test('is active once older builds are gone, also where a page never answers that it has been taken over', async () => {
  const listeners = new Map<string, Listener>();
  const claim = vi.fn(() => new Promise<void>(() => {}));
  const remove = vi.fn(async () => true);
  vi.stubGlobal('__PRECACHE__', { version: 'new', files: [], onUse: [] });
  vi.stubGlobal('self', {
    addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
    clients: { claim },
  });
  vi.stubGlobal('caches', {
    keys: async () => ['vitrine-site-old', 'vitrine-site-new', 'other'],
    delete: remove,
  });
  await import('../../../../web/src/app/offline/service-worker');
  const waits: Promise<unknown>[] = [];
  listeners.get('activate')!({ waitUntil: (work) => waits.push(work) });
  await Promise.all(waits);
  expect(waits).toHaveLength(1);
  expect(remove.mock.calls).toEqual([['vitrine-site-old']]);
  expect(claim).toHaveBeenCalledOnce();
});
