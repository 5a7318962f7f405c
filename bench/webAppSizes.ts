import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { findWebApp } from "../src/node.ts";
import { views } from "../web/app/views.ts";

// The gzipped sizes of the web app's files, as any static host sends them.

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

/** The files that a file names, and those that they name: what can be loaded from it on demand. */
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

/** The gzipped size of everything that a view can load, and of that without files of stored results, which tests of the library use. */
export function sizeOfView(view: string): { readonly all: number; readonly code: number } {
  const app = [...gzipped.keys()].find((file) => /^app-.*\.js$/.test(file)) as string;
  const text = readFileSync(join(folder, app), "utf8");
  const entries = views.map(({ id }) => {
    const [, file] = new RegExp(`id:.${id}..*?import\\(.\\./(files/[^\`"']+)`).exec(text) ?? [];
    return { id, file };
  });
  const others = new Set(entries.flatMap(({ id, file }) => (id === view ? [] : [file])));
  const files = [...reachable("index.html", others)];
  const sum = (some: readonly string[]) => some.reduce((total, file) => total + (gzipped.get(file) ?? 0), 0);
  if (process.env.SHOW === view)
    console.log(
      files
        .map((f) => [f, gzipped.get(f)])
        .sort((a, b) => Number(b[1]) - Number(a[1]))
        .join("\n"),
    );
  return { all: sum(files), code: sum(files.filter((file) => !file.endsWith(".json"))) };
}
