import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { bundledCode } from "../src/node/bundle.ts";

// Code that the app needs as text: it is put into the script of a worker together with a student's code.

const prefix = "code-text:";
const root = join(import.meta.dirname, "..");
const course = join(root, "assignment", "course");
/** The WebAssembly kernels as text, which the app has in a chunk of its own. */
const binaries = join(root, "src", "kernels", "wasmBinary.generated.ts");
const scripts: Readonly<Record<string, string>> = {
  checking: join(course, "studentWorker.ts"),
  training: join(course, "studentTrainingWorker.ts"),
};

/**
 * `import text from "code-text:checking"`: a script with all that it imports, or the text of array.ts as it is. The script for training gets the
 * kernels when it is loaded, because a second copy of them would be half of its size.
 */
export function codeTexts(): Plugin {
  return {
    name: "code-texts",
    resolveId: (source) => (source.startsWith(prefix) ? `\0${source}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      const name = id.slice(prefix.length + 1);
      if (name === "array")
        return `export default ${JSON.stringify(readFileSync(join(course, "project", "array.ts"), "utf8"))}`;
      const lib = { entry: scripts[name], formats: ["iife" as const], name: "student" };
      const text = await bundledCode({ minify: true, lib }, [givenKernels]);
      if (!text.includes("kernelBinaries")) return `export default ${JSON.stringify(text)}`;
      const around = ["((kernelBinaries)=>{", `})(`].map((one) => JSON.stringify(one));
      return `import { binaries } from ${JSON.stringify(binaries)};
export default ${around[0]} + ${JSON.stringify(text)} + ${around[1]} + JSON.stringify(binaries) + ");"`;
    },
  };
}

/** In scripts for students' code, the kernels are a variable of the function around the script. */
const givenKernels: Plugin = {
  name: "given-kernels",
  load: (id) => (id === binaries ? "export const binaries = kernelBinaries;" : undefined),
};

const reference = join(root, "reference");
const referencePrefix = "reference:";

/**
 * `import url from "reference:vectors"`: the address of a file of reference/, which is loaded when it is needed; of "reference:runs/tinynet" with
 * that entry alone, of "reference:runs/but/tinynet" with all others, and of "reference:runs/tinynet/epochs" without the losses of single steps.
 */
export function referenceFiles(): Plugin {
  return {
    name: "reference-files",
    resolveId: (source) => (source.startsWith(referencePrefix) ? `\0${source}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${referencePrefix}`)) return undefined;
      const path = id.slice(referencePrefix.length + 1);
      const [file, ...entry] = path.split("/");
      const text = readFileSync(join(reference, `${file}.json`), "utf8");
      const source = entry.length === 0 ? text : JSON.stringify(partOf(JSON.parse(text), entry));
      const asset = this.emitFile({ type: "asset", name: `${path.replaceAll("/", "-")}.json`, source });
      return `export default import.meta.ROLLUP_FILE_URL_${asset}`;
    },
  };
}

function partOf(all: Readonly<Record<string, unknown>>, entry: readonly string[]): unknown {
  const isRest = entry[0] === "but";
  const name = entry[isRest ? 1 : 0];
  if (!Object.hasOwn(all, name))
    throw new Error(`reference: expected an entry ${name}, found ${Object.keys(all).join(", ")}`);
  if (entry[1] === "epochs") return { [name]: { ...(all[name] as object), loss_first: [] } };
  return Object.fromEntries(Object.entries(all).filter(([key]) => (key === name) !== isRest));
}
