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
    return new Promise(afterEvents);
  };
}

/** Calls back after waiting events. Node has a function for it; in browsers a message is quicker than a timer, which waits at least 4 ms. */
function afterEvents(callBack: () => void): void {
  const { setImmediate } = globalThis as { readonly setImmediate?: (callBack: () => void) => unknown };
  if (setImmediate) {
    setImmediate(callBack);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callBack();
  };
  port2.postMessage(undefined);
}
