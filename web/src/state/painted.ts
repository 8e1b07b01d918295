/** Longest that a frame is waited for, ms: a page that is hidden meanwhile draws none. */
const longest = 100;

/**
 * Resolves when what has just been rendered is on its way to the screen: in the first task after the frame that shows
 * it. Where no frames are drawn, at once.
 */
export function painted(): Promise<void> {
  if (typeof requestAnimationFrame === 'undefined' || document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, longest);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        clearTimeout(timer);
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    });
  });
}
