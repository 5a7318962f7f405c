/// <reference lib="webworker" />

// The service worker: all files of one build in one cache, and the headers that threads need on every answer. A new build waits until
// no page uses the old one, so that an open page always finds its own files.

declare const self: ServiceWorkerGlobalScope;
/** filled in by the build: the files of the app, and a name that changes with any of them */
declare const APP_FILES: readonly string[];
declare const APP_BUILD: string;

const prefix = "handgrad ";
const name = `${prefix}${APP_BUILD}`;

self.addEventListener("install", (event) => {
  const store = async () => {
    const cache = await caches.open(name);
    await cache.addAll(APP_FILES.map((file) => new Request(file, { cache: "reload" })));
  };
  event.waitUntil(store());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    const old = (await caches.keys()).filter((each) => each.startsWith(prefix) && each !== name);
    await Promise.all(old.map((each) => caches.delete(each)));
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || !url.startsWith(self.registration.scope)) return;
  const answer = async () => {
    const cache = await caches.open(name);
    const isPage = mode === "navigate" && new URL(url).pathname === new URL(self.registration.scope).pathname;
    const found = await cache.match(isPage ? "./index.html" : event.request, { ignoreSearch: true, ignoreVary: true });
    return isolated(found ?? (await fetch(event.request)));
  };
  event.respondWith(answer());
});

/** The answer with the headers of a cross-origin isolated page. */
function isolated(response: Response): Response {
  if (response.type === "opaque" || response.type === "error" || response.redirected) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  const { status, statusText } = response;
  const body = status === 204 || status === 304 ? null : response.body;
  return new Response(body, { status, statusText, headers });
}
