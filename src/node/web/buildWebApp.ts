import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { setTimeout } from "node:timers/promises";
import { bundledCode } from "../bundle.ts";
import { listFiles } from "../listFolder.ts";
import { packageFile } from "../packageFile.ts";
import { readRegularFile } from "../readFile.ts";
import { lockFolder, type RunLock } from "../runs/runLock.ts";

/** The folder of the web app in a package, relative to its root; `npm run dist` writes it. */
export const webAppFolder = "dist/web/app";

/** The folder with the files of the web app. A package contains it; in a checkout it is built again if a source is newer. */
export async function findWebApp(): Promise<string> {
  const root = dirname(packageFile("package.json"));
  if (!existsSync(join(root, "web", "app"))) return dirname(packageFile(`${webAppFolder}/index.html`));
  const folder = join(root, "build", "web");
  const page = join(folder, "index.html");
  const sources = ["web", "src", "assignment"].flatMap((each) => listFiles(join(root, each)));
  const newest = Math.max(...[...sources, join(root, "package.json")].map((file) => statSync(file).mtimeMs));
  const isFresh = () => existsSync(page) && statSync(page).mtimeMs >= newest;
  if (isFresh()) return folder;
  const lock = await lockWhenFree(dirname(folder));
  try {
    if (!isFresh()) await buildWebApp(folder, newest); // another process may have built it in the meantime
  } finally {
    lock.release();
  }
  return folder;
}

/** Waits up to a minute for another process that builds the app. */
async function lockWhenFree(folder: string): Promise<RunLock> {
  mkdirSync(folder, { recursive: true });
  for (const end = Date.now() + 60_000; ; await setTimeout(100)) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** Builds the web app and its service worker and replaces the folder as a whole. `time` becomes the modification time of its page. */
export async function buildWebApp(folder: string, time = Date.now()): Promise<void> {
  const root = dirname(packageFile("package.json"));
  const made = `${folder}.${process.pid}`;
  const { NODE_ENV } = process.env;
  mkdirSync(dirname(folder), { recursive: true });
  try {
    process.env.NODE_ENV = "production"; // vite builds differently if a test runner has set another value
    const { build } = await import("vite");
    await build({ configFile: join(root, "web", "vite.config.ts"), build: { outDir: made } });
    await addServiceWorker(made, join(root, "web", "app", "offline", "serviceWorker.ts"));
    utimesSync(join(made, "index.html"), new Date(), new Date(time + 1));
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
    rmSync(made, { recursive: true, force: true });
  }
}

async function addServiceWorker(folder: string, source: string): Promise<void> {
  const files = listFiles(folder).sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(readRegularFile(file));
  const names = files.map((file) => `./${relative(folder, file).split(sep).join("/")}`);
  const code = await bundledCode({ minify: true, rollupOptions: { input: source } });
  const known = `const APP_FILES=${JSON.stringify(names)},APP_BUILD=${JSON.stringify(hash.digest("hex").slice(0, 16))};`;
  writeFileSync(join(folder, "serviceWorker.js"), `${known}\n${code}`);
}
