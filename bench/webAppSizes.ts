import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { findWebApp } from "../src/node.ts";
import { views } from "../web/app/views.ts";

// The gzipped sizes of the web app's files, as sent by static hosts.

const folder = await findWebApp();
export const gzipped = new Map<string, number>();
for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
  try {
    gzipped.set(path.replaceAll("\\", "/"), gzipSync(readFileSync(join(folder, path)), { level: 9 }).length);
  } catch {
    // a folder
  }
}
export const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;

/** The purpose of a file. Stored results, WebAssembly and source texts are not code of the app. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ["stored results", /\.json$/],
  ["source texts of Step through", /\/sources-/],
  ["WebAssembly as text", /\/wasmBinary/],
  ["Brotli with its dictionary", /\/brotli-/],
  ["scripts of pages that predict", /^predictor\//],
  ["code, style and pages", /./],
];

/** The gzipped sizes of all files by purpose. */
export function sizesByKind(): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [file, size] of gzipped) {
    const [kind] = kinds.find(([, pattern]) => pattern.test(file)) ?? [""];
    sizes.set(kind, (sizes.get(kind) ?? 0) + size);
  }
  return sizes;
}

/** All files that can be loaded from a file, directly or indirectly. */
function reachable(start: string, without: ReadonlySet<string> = new Set()): Set<string> {
  const found = new Set<string>();
  const enter = (file: string): void => {
    if (found.has(file) || without.has(file) || !gzipped.has(file)) return;
    found.add(file);
    if (!/\.(js|html)$/.test(file) || file === "serviceWorker.js") return;
    const text = readFileSync(join(folder, file), "utf8");
    const names = [...text.matchAll(/(?<=["`'])[\w/.-]{1,100}\.(?:js|css|json|svg|webmanifest)(?=[`"'])/g)].map(
      ([name]) => name,
    );
    for (const name of names) {
      const plain = name.replace(/^\.+\//, "");
      for (const each of [plain, `files/${plain}`]) enter(each);
    }
  };
  enter(start);
  return found;
}

/**
 * The gzipped size of everything that a view can load, and the size without stored results, which tests of the library use. The
 * code that continues runs after a reload in any view is counted for Experiments only.
 */
export function sizeOfView(view: string): { readonly all: number; readonly code: number } {
  const app = [...gzipped.keys()].find((file) => /^app-.*\.js$/.test(file)) as string;
  const text = readFileSync(join(folder, app), "utf8");
  const entries = views.map(({ id }) => {
    const [, file] = new RegExp(`id:.${id}..*?import\\(.\\./(files/[^\`"']+)`).exec(text) ?? [];
    return { id, file };
  });
  const others = new Set(entries.flatMap(({ id, file }) => (id === view ? [] : [file])));
  if (view !== "experiments") for (const file of gzipped.keys()) if (/\/continueRuns-/.test(file)) others.add(file);
  const files = [...reachable("index.html", others)];
  const sum = (some: readonly string[]) => some.reduce((total, file) => total + (gzipped.get(file) ?? 0), 0);
  return { all: sum(files), code: sum(files.filter((file) => !file.endsWith(".json"))) };
}
