/** Longest wait for a frame, ms: a page that is hidden meanwhile draws none. */
const longest = 100;

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
  if (typeof requestAnimationFrame === 'undefined' || document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, longest);
    requestAnimationFrame(() =>
      next(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  });
}
