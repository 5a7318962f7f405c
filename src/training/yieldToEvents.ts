let lastBreath = 0;

/**
 * Lets waiting events in (Ctrl-C, a worker that died, a page's clicks) about 20 times a second, and costs nothing in between.
 * Training is one long computation; without this, nothing could stop it.
 */
export function breathe(): Promise<void> | undefined {
  const now = performance.now();
  if (now - lastBreath < 50) return undefined;
  lastBreath = now;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
