const reloaded = "handgrad reloaded for threads";

/**
 * Keeps the whole app in the browser, so that it opens without a network. On hosts that do not send the headers for threads, the service
 * worker adds them; the first visit is then reloaded once.
 */
export async function registerServiceWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("./serviceWorker.js");
    await navigator.serviceWorker.ready;
    if (crossOriginIsolated || sessionStorage.getItem(reloaded)) return;
    sessionStorage.setItem(reloaded, "yes");
    if (!navigator.serviceWorker.controller)
      await new Promise((claimed) =>
        navigator.serviceWorker.addEventListener("controllerchange", claimed, { once: true }),
      );
    location.reload();
  } catch {
    // Without it (in a private window, or if the storage is full) the app needs a network
  }
}
