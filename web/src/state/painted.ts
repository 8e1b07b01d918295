/** Longest that a frame is waited for, ms: a page that is hidden meanwhile draws none. */
const longest = 100;

/** A frame is being made, and what its callbacks have changed is on it. */
let making = false;

const drawn = () => typeof requestAnimationFrame !== 'undefined' && !document.hidden;

/** Calls `done` in the next task. */
function next(done: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    done();
  };
  port2.postMessage(null);
}

/**
 * Resolves when what has just been rendered is on its way to the screen: in the first task after the frame that shows
 * it. Where no frames are drawn, at once.
 */
export function painted(): Promise<void> {
  if (!drawn()) return Promise.resolve();
  return new Promise((resolve) => {
    if (making) {
      next(resolve);
      return;
    }
    const timer = setTimeout(resolve, longest);
    requestAnimationFrame(() =>
      next(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  });
}

/** Calls `change` when the next frame is made; true says that it has changed something, which is then on that frame. */
export function inFrame(change: () => boolean): void {
  if (!drawn()) return;
  requestAnimationFrame(() => {
    if (!change()) return;
    making = true;
    next(() => (making = false));
  });
}
