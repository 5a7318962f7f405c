import { importedFile } from "./projectImports.ts";

// The files of a project as one script, for a worker that can import nothing: the page's policy forbids scripts from blobs and eval.

/** A file of the project as JavaScript that takes `exports`, `require` and `importFile` instead of importing. */
export interface PlainModule {
  readonly code: string;
  /** each import or re-export in the file, with the names that it asks for */
  readonly imports: readonly { readonly specifier: string; readonly names: readonly string[]; readonly line: number }[];
  readonly exports: readonly string[];
  /** other files whose exports are all exported again */
  readonly starExports: readonly string[];
}

/** What is wrong with a file before it runs: an error with this name and message is thrown when it is loaded. */
export interface BrokenModule {
  readonly name: string;
  readonly message: string;
  /** "linear.ts:12", where that is known */
  readonly at?: string;
}

/** Makes JavaScript of a file, line by line. Throws SyntaxError with the place as its `at`. */
export type ToPlainModule = (file: string, text: string) => PlainModule;

export interface LinkedFile {
  readonly file: string;
  /** the lines of the script that the file takes, from 1 */
  readonly first: number;
  readonly last: number;
}

export interface LinkedProject {
  readonly script: string;
  readonly files: readonly LinkedFile[];
}

/** How the script of the worker is called from the script of the project: the name of its function, which takes the modules. */
export const startName = "startStudentWorker";

/**
 * One script of the worker's own code, which defines the function `startName`, and all files of a project. A file that cannot be run is replaced by its error, so
 * that the others can. `broken` are files that the browser has refused.
 */
export function linkProject(
  runtime: string,
  texts: ReadonlyMap<string, string>,
  { toPlainModule, arrayExports, broken = new Map() }: LinkOptions,
): LinkedProject {
  const modules = new Map<string, PlainModule | BrokenModule>();
  for (const [file, text] of texts) {
    if (file !== "array.ts") modules.set(file, broken.get(file) ?? plainModule(file, text, toPlainModule));
  }
  for (const [file, one] of modules) {
    const problem = "code" in one ? refusedImport(file, one, modules, arrayExports) : undefined;
    if (problem) modules.set(file, problem);
  }
  const files: LinkedFile[] = [];
  let script = `${runtime}\n${startName}({`;
  let line = lines(script);
  const add = (text: string): void => {
    script += text;
    line += lines(text) - 1;
  };
  for (const [file, one] of modules) {
    const key = JSON.stringify(file);
    if ("code" in one) {
      const specifiers = [...new Set(one.imports.map(({ specifier }) => specifier))];
      add(`\n${key}: { specifiers: ${JSON.stringify(specifiers)}, run: async (exports, require, importFile) => {\n`);
      const first = line;
      add(one.code);
      files.push({ file, first, last: line });
      add("\n} },");
    } else add(`\n${key}: { error: ${JSON.stringify(one)} },`);
  }
  add(`\n}, ${JSON.stringify(files)});\n`);
  return { script, files };
}

export interface LinkOptions {
  readonly toPlainModule: ToPlainModule;
  /** the names that the array module exports */
  readonly arrayExports: readonly string[];
  readonly broken?: ReadonlyMap<string, BrokenModule>;
}

function plainModule(file: string, text: string, toPlainModule: ToPlainModule): PlainModule | BrokenModule {
  try {
    return toPlainModule(file, text);
  } catch (error) {
    const { name, message, at } = error as Error & { at?: string };
    return { name, message, ...(at !== undefined && { at }) };
  }
}

/** The error of the first import of a file that is none of the project, or of a name that the other file does not export. */
function refusedImport(
  file: string,
  { imports, starExports }: PlainModule,
  modules: ReadonlyMap<string, PlainModule | BrokenModule>,
  arrayExports: readonly string[],
): BrokenModule | undefined {
  for (const { specifier, names, line } of [...imports, ...starExports.map(named)]) {
    let wanted: string;
    try {
      wanted = importedFile(file, specifier, modules);
    } catch (error) {
      const { name, message } = error as Error;
      return { name, message };
    }
    const exported = wanted === "array.ts" ? new Set(arrayExports) : exportsOf(wanted, modules);
    const missing = exported && names.find((name) => !exported.has(name));
    if (missing !== undefined) {
      const message = `The requested module '${specifier}' does not provide an export named '${missing}'`;
      return { name: "SyntaxError", message, at: `${file}:${line}` };
    }
  }
  return undefined;
}

const named = (specifier: string) => ({ specifier, names: [] as string[], line: 1 });

/** The names that a file exports; undefined where the file is broken, so that its own error is told. */
function exportsOf(
  file: string,
  modules: ReadonlyMap<string, PlainModule | BrokenModule>,
  above: readonly string[] = [],
): Set<string> | undefined {
  const one = modules.get(file);
  if (!one || !("code" in one) || above.includes(file)) return undefined;
  const all = new Set(one.exports);
  for (const specifier of one.starExports) {
    try {
      const target = importedFile(file, specifier, modules);
      if (target === "array.ts") return undefined;
      const more = exportsOf(target, modules, [...above, file]);
      if (!more) return undefined;
      for (const name of more) if (name !== "default") all.add(name);
    } catch {
      return undefined; // the import is refused, which is told
    }
  }
  return all;
}

const lines = (text: string): number => text.split("\n").length;

/** "linear.ts:12" for a line of the script; undefined where it is in no file of the project. */
export function placeOfLine(files: readonly LinkedFile[], line: number): string | undefined {
  const found = files.find(({ first, last }) => line >= first && line <= last);
  return found && `${found.file}:${line - found.first + 1}`;
}
