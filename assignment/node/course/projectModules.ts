import { registerHooks, stripTypeScriptTypes } from "node:module";
import { Script } from "node:vm";
import { importedFile, importRefused } from "../../course/projectImports.ts";

// The modules of a student's process. Its files come as texts, so that a path cannot lead out of the project; every other import
// is refused.

const prefix = "course:///";

/** The place in the project of an error that the loader reports without a stack. */
const places = new WeakMap<object, string>();

/** "linear.ts:12" from the topmost line of the project in an error's stack. */
export function placeOf(error: Error): string | undefined {
  const place = places.get(error);
  if (place !== undefined) return place;
  const [, file, line] = /course:\/\/\/([^\s:]+):(\d+)/.exec(String(error.stack)) ?? [];
  return file === undefined ? undefined : `${decodeURI(file)}:${line}`;
}

/**
 * From now on only the files of a project can be imported, and `array` as "./array.ts". Returns the function with which the caller, at
 * the address `caller`, imports a file.
 */
export function serveProject(
  texts: ReadonlyMap<string, string>,
  { caller, array }: { readonly caller: string; readonly array: string },
): (file: string) => string {
  stripTypeScriptTypes("let warm: number;"); // loads the parser while the globals that it needs still exist
  registerHooks({
    resolve(specifier, { parentURL = "" }) {
      if (parentURL === caller && specifier.startsWith(prefix)) {
        if (!texts.has(nameOf(specifier))) throw importRefused(`${nameOf(specifier)} is missing`);
        return { url: specifier, format: "module", shortCircuit: true };
      }
      const from = parentURL.startsWith(prefix) ? nameOf(parentURL) : "a file";
      const wanted = importedFile(from, specifier, texts);
      if (wanted === "array.ts") return { url: array, format: "module", shortCircuit: true };
      return { url: prefix + encodeURI(wanted), format: "module", shortCircuit: true };
    },
    load(url, context, next) {
      if (!url.startsWith(prefix)) return next(url, context);
      const name = nameOf(url);
      return { format: "module", source: javaScript(name, texts.get(name) ?? ""), shortCircuit: true };
    },
  });
  return (file) => prefix + encodeURI(file);
}

const nameOf = (url: string): string => decodeURI(url.slice(prefix.length));

/** The file without types. Throws SyntaxError, whose place is known to `placeOf`. */
function javaScript(name: string, text: string): string {
  let code = text;
  try {
    if (name.endsWith(".ts")) code = stripTypeScriptTypes(text);
  } catch (error) {
    const { message, stack } = error as Error;
    throw syntaxError(message.replace("in strip-only mode", "by Node, which only removes types"), name, stack);
  }
  try {
    // The same text without import and export, line by line: a script reports the line, the loader does not
    const script = code.replace(/^(\s*)import\b[^;]*?["'][^"'\n]*["']\s*;?/gm, (all) => all.replace(/[^\n]/g, " "));
    new Script(`async () => {${script.replace(/^(\s*)export\s+(default\s+)?(?=[a-z])/gm, "$1")}\n}`, { filename: "" });
  } catch (error) {
    lines.set(name, error as Error);
  }
  return code;
}

/** The errors that a script reports for files that the loader may refuse. */
const lines = new Map<string, Error>();

/** Gives a SyntaxError of the loader its place, where a script found the same error. */
export function findPlace(error: unknown): void {
  if (!(error instanceof SyntaxError) || placeOf(error) !== undefined) return;
  for (const [name, { message, stack }] of lines) {
    if (message === error.message) places.set(error, `${name}${lineOf(stack)}`);
  }
}

function syntaxError(message: string, name: string, stack: string | undefined): SyntaxError {
  const error = new SyntaxError(message);
  places.set(error, `${name}${lineOf(stack)}`);
  return error;
}

/** ":2" from ":2\nthe line\n ^^^" */
const lineOf = (stack: string | undefined): string => /^[^\n]*?(:\d+)\n/.exec(String(stack))?.[1] ?? "";
