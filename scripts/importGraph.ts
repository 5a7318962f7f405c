import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

// The imports between source files, for test/architecture.test.ts and for the picture of docs/architecture.md.

const root = resolve(import.meta.dirname, "..");

/** The .ts and .tsx files of a folder, by their paths from the root. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(resolve(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file}`);
}

const knownImports = new Map<string, string[]>();

/** The specifiers that a file imports, such as "../tensor/tensor.ts" or "node:fs". */
export function importsOf(file: string): string[] {
  const known = knownImports.get(file) ?? readImports(file);
  knownImports.set(file, known);
  return known;
}

function readImports(file: string): string[] {
  // skeletons of exercises are texts that contain imports
  const text = readFileSync(resolve(root, file), "utf8").replace(/= `import (?:\\.|[^`\\])*`;/g, "");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

/** The path of the file that a relative specifier names. */
export const targetOf = (file: string, specifier: string): string =>
  relative(root, resolve(root, dirname(file), specifier));

/** "layers" for src/layers/linear.ts, "regularizers" for src/regularizers.ts, "assignment/node" for assignment/node/… */
export function stageOf(file: string): string {
  const [top, second] = file.split("/");
  if (top === "cli" || top === "web") return top;
  if (top === "assignment") return second === "node" || second === "node.ts" ? "assignment/node" : "assignment";
  return second.replace(/\.ts$/, "");
}
