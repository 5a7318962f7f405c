/**
 * A function that yields to the event loop at most every 50 ms, so that Ctrl-C, a page's clicks and worker errors are handled
 * while training computes; calls in between cost a comparison. Each long computation has its own.
 */
export function yieldsToEvents(milliseconds = 50): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < milliseconds) return undefined;
    last = now;
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
  };
}
