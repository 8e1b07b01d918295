/** When a newer build is offered, in a browser whose workers are played here. */
import { describe, expect, it, vi } from 'vitest';
import { activateMessage } from '../../../../web/src/app/offline/plan';
import { keepOffline } from '../../../../web/src/app/offline/register';

class PlayedWorker extends EventTarget {
  state: ServiceWorkerState = 'installing';
  readonly postMessage = vi.fn();
  become(state: ServiceWorkerState): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

class Registration extends EventTarget {
  installing: PlayedWorker | null = null;
  waiting: PlayedWorker | null = null;
}

class Container extends EventTarget {
  controller: PlayedWorker | null = null;
  readonly registration = new Registration();
  readonly ready = Promise.resolve();
  register = async () => this.registration;
}

async function visit(container: Container) {
  const offers: (() => void)[] = [];
  const reload = vi.fn();
  const state = await keepOffline(
    container as unknown as ServiceWorkerContainer,
    new URL('https://teacher.example/sw.js'),
    { onupdate: (apply) => offers.push(apply), reload, given: () => ['https://teacher.example/noto.woff2'] },
  );
  return { offers, reload, state };
}

describe('a newer build', () => {
  it('is not offered at the first visit, which is of the newest', async () => {
    const container = new Container();
    const worker = (container.registration.installing = new PlayedWorker());
    const { offers, reload } = await visit(container);
    worker.become('installed');
    container.controller = worker;
    container.dispatchEvent(new Event('controllerchange'));
    expect(offers).toHaveLength(0);
    expect(reload).not.toHaveBeenCalled();
    // What came before the worker took over it is told to keep.
    expect(worker.postMessage.mock.calls).toEqual([[{ keep: ['https://teacher.example/noto.woff2'] }]]);
  });

  it('is offered when it has installed, and loaded when the reader takes it', async () => {
    const container = new Container();
    container.controller = new PlayedWorker();
    const { offers, reload } = await visit(container);
    const newer = (container.registration.installing = new PlayedWorker());
    container.registration.dispatchEvent(new Event('updatefound'));
    expect(offers).toHaveLength(0);
    container.registration.waiting = newer;
    newer.become('installed');
    expect(offers).toHaveLength(1);
    offers[0]!();
    expect(newer.postMessage).toHaveBeenCalledWith(activateMessage);
    expect(reload).not.toHaveBeenCalled();
    container.dispatchEvent(new Event('controllerchange'));
    expect(reload).toHaveBeenCalledOnce();
  });

  it('that waits since an earlier visit is offered at once', async () => {
    const container = new Container();
    container.controller = new PlayedWorker();
    container.registration.waiting = new PlayedWorker();
    expect((await visit(container)).offers).toHaveLength(1);
  });

  it('taken in another tab is offered here', async () => {
    const container = new Container();
    container.controller = new PlayedWorker();
    const { offers, reload } = await visit(container);
    container.dispatchEvent(new Event('controllerchange'));
    offers[0]!();
    expect(reload).toHaveBeenCalledOnce();
  });
});

describe('where nothing can be kept', () => {
  it('the page goes on: no workers, or storage refused', async () => {
    const never = { onupdate: () => {}, reload: () => {} };
    const script = new URL('https://teacher.example/sw.js');
    expect(await keepOffline(undefined, script, never)).toBe('unsupported');
    const container = new Container();
    container.register = () =>
      Promise.reject(new DOMException('The operation is insecure.', 'SecurityError'));
    expect((await visit(container)).state).toBe('failed');
  });
});
