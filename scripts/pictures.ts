import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { allPictures } from "./pictures/all.ts";

// Draws the pictures of docs/mathematics.md, docs/architecture.md and docs/results.md; test/docs/mathematics.test.ts compares them with the files.

const folder = resolve(import.meta.dirname, "../docs/pictures");
mkdirSync(folder, { recursive: true });
for (const [name, svg] of allPictures()) writeFileSync(join(folder, name), svg);
