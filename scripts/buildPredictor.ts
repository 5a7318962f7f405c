import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { bundlePredictor, predictorFolder, predictorPages } from "../src/node/predictorScript.ts";

// Writes the scripts of the pages that `export --html` makes to dist/: a package has no bundler.

const folder = resolve(import.meta.dirname, "..", predictorFolder);
mkdirSync(folder, { recursive: true });
for (const page of predictorPages) writeFileSync(join(folder, `${page}.js`), await bundlePredictor(page));
