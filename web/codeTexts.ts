import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "vite";

// Code that the app needs as text: it is put into the script of a worker together with a student's code.

const prefix = "code-text:";
const course = join(import.meta.dirname, "..", "assignment", "course");
const scripts: Readonly<Record<string, string>> = {
  checking: join(course, "studentWorker.ts"),
  training: join(course, "studentTrainingWorker.ts"),
};

/** `import text from "code-text:checking"`: a script with all that it imports, or the text of array.ts as it is. */
export function codeTexts(): Plugin {
  return {
    name: "code-texts",
    resolveId: (source) => (source.startsWith(prefix) ? `\0${source}` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      const name = id.slice(prefix.length + 1);
      const text =
        name === "array" ? readFileSync(join(course, "project", "array.ts"), "utf8") : await bundled(scripts[name]);
      return `export default ${JSON.stringify(text)}`;
    },
  };
}

const reference = join(import.meta.dirname, "..", "reference");
const referencePrefix = "reference:";

/** `import url from "reference:vectors"`: the address of a file of reference/, which is loaded when it is needed. */
export function referenceFiles(): Plugin {
  return {
    name: "reference-files",
    resolveId: (source) => (source.startsWith(referencePrefix) ? `\0${source}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${referencePrefix}`)) return undefined;
      const name = `${id.slice(referencePrefix.length + 1)}.json`;
      const file = this.emitFile({ type: "asset", name, source: readFileSync(join(reference, name)) });
      return `export default import.meta.ROLLUP_FILE_URL_${file}`;
    },
  };
}

async function bundled(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: true, target: "es2023", lib: { entry, formats: ["iife"], name: "student" } },
  });
  const outputs = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  return outputs.map((each) => (each.type === "chunk" ? each.code : "")).join("");
}
