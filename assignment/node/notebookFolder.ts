import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { firstRows, type Normalization } from "../../src/data/dataset.ts";
import { encodeNpz } from "../../src/formats/npyWrite.ts";
import { makeFolder, writeFileAtomic } from "../../src/node/atomicFile.ts";
import { bundledCode } from "../../src/node/bundle.ts";
import { packageFile } from "../../src/node/packageFile.ts";
import { readRegularText } from "../../src/node/readFile.ts";
import type { LabData } from "../problem1.ts";
import { notebookOf } from "./notebookFile.ts";

// The folder notebook/ of a lab: the assignment as a TypeScript and as a NumPy notebook, with all files that they read,
// so that a copy of the folder runs anywhere.

const sources = "assignment/node/notebook";
/** The library as one file in a package; `npm run dist` writes it. */
export const notebookLibrary = "dist/notebook/handgrad.js";

/** The number of images for the notebooks: enough to train for half a minute. */
const mostImages = { train: 4000, validation: 1000, test: 1000 } as const;

const imagesFile = "images.npz";

/** images.npz with the first images of each part, and images.json, which describes them. */
export async function writeNotebookImages(
  folder: string,
  { test, normalization, standIn, ...data }: LabData,
): Promise<void> {
  makeFolder(folder);
  const parts = { train: data.train, validation: data.validation, test: await test() };
  const arrays: Parameters<typeof encodeNpz>[0] = Object.fromEntries(
    Object.entries(parts).flatMap(([name, part]) => {
      const { inputs, labels, inputShape } = firstRows(part, mostImages[name as keyof typeof parts]);
      return [
        [`${name}_images`, { shape: [labels.length, ...inputShape], data: inputs }],
        [`${name}_labels`, { shape: [labels.length], data: labels }],
      ];
    }),
  );
  const about: { source: string; labelNames: readonly string[]; normalization: Normalization } = {
    ...{ source: standIn ? "stand-in" : "CIFAR-100", labelNames: data.train.labelNames, normalization },
  };
  await writeFileAtomic(join(folder, imagesFile), encodeNpz(arrays));
  await writeFileAtomic(join(folder, "images.json"), `${JSON.stringify(about, undefined, 2)}\n`);
}

/** The notebooks and the files that they read besides the images. Returns the paths of the notebooks; none without images, from older labs. */
export async function writeNotebooks(folder: string): Promise<readonly string[]> {
  if (!existsSync(join(folder, imagesFile))) return [];
  const source = (name: string): string => readRegularText(packageFile(`${sources}/${name}`));
  const typescript = source("problem1.ts").replaceAll('"./handgrad.ts"', '"./handgrad.js"');
  const notebooks = {
    "problem1.ipynb": notebookOf(typescript, "deno"),
    "problem1-numpy.ipynb": notebookOf(source("problem1.py"), "python"),
  };
  const contents = {
    ...notebooks,
    "README.md": source("README.md"),
    "handgrad.js": await notebookLibraryCode(),
    "checks.json": readRegularText(packageFile("reference/checks.json")),
    "runs.json": readRegularText(packageFile("reference/runs.json")),
  };
  for (const [name, content] of Object.entries(contents)) await writeFileAtomic(join(folder, name), content);
  return Object.keys(notebooks).map((name) => join(folder, name));
}

/** The library as one file: prebuilt in a package; in a checkout bundled from its sources, which takes a second. */
async function notebookLibraryCode(): Promise<string> {
  const root = dirname(packageFile("package.json"));
  if (existsSync(join(root, sources, "handgrad.ts"))) return bundleNotebookLibrary();
  return readRegularText(packageFile(notebookLibrary));
}

/** The library and its dependencies, from the sources of a checkout, without Node’s modules, which Deno has too. */
export async function bundleNotebookLibrary(): Promise<string> {
  const root = dirname(packageFile("package.json"));
  return bundledCode({
    minify: false,
    lib: { entry: join(root, sources, "handgrad.ts"), formats: ["es"] },
    rollupOptions: { external: /^node:/ },
  });
}
