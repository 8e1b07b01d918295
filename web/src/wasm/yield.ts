/** Resolves after the messages that are already waiting have been handled. */
export function createYield(): { (): Promise<void>; close(): void } {
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  const pause = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(null);
    });
  return Object.assign(pause, { close: () => channel.port1.close() });
}
