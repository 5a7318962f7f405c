import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { bundleNotebookLibrary, notebookLibrary } from "../assignment/node/notebookFolder.ts";
import { bundlePredictor, predictorFolder } from "../src/node/predictorScript.ts";

// Writes bundles to dist/, because a package has no bundler: the scripts of the pages that `export --html` makes, and the library
// of the assignment's notebook.

const root = resolve(import.meta.dirname, "..");
const folder = join(root, predictorFolder);
mkdirSync(folder, { recursive: true });
for (const [part, code] of Object.entries(await bundlePredictor())) writeFileSync(join(folder, `${part}.js`), code);

const library = join(root, notebookLibrary);
mkdirSync(dirname(library), { recursive: true });
writeFileSync(library, await bundleNotebookLibrary());
