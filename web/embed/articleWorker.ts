/**
 * A worker whose script may have another origin than the article: then a script with the article's origin imports it. The host of the script
 * must allow that with Access-Control-Allow-Origin.
 */
export function articleWorker(address: string): Worker {
  const url = new URL(address, import.meta.url);
  if (url.origin === location.origin) return new Worker(url, { type: "module" });
  const script = new Blob([`import ${JSON.stringify(url.href)};`], { type: "text/javascript" });
  const blob = URL.createObjectURL(script);
  const worker = new Worker(blob, { type: "module" });
  // the script is read soon after; an error of its own is reported as that of any worker
  setTimeout(() => URL.revokeObjectURL(blob), 60_000);
  return worker;
}
