import type { PlainModule } from "handgrad/assignment";
import { type Options, transform } from "sucrase";

// Types are removed by sucrase, as Node removes them: lines keep their numbers, and types are not checked.

const common: Omit<Options, "transforms"> = { disableESTransforms: true, keepUnusedImports: true };

/** A file of a project as JavaScript without imports. Throws SyntaxError, with the place as its `at`. */
export function plainModule(file: string, text: string): PlainModule {
  const code = file.endsWith(".ts") ? withoutTypes(file, text) : text;
  const plain = transformed(file, code, "imports");
  // Text such as require('x') is an import only if sucrase has written it
  const isWritten = !/\brequire\b/.test(code);
  const required = isWritten ? matches(plain, /\brequire\('((?:[^'\\\n]|\\.)*)'\)/g).map(([, one]) => one) : [];
  const found = importsIn(code);
  const others = required.filter((specifier) => !found.some((one) => one.specifier === specifier));
  return {
    code: plain,
    imports: [...found, ...others.map((specifier) => ({ specifier, names: [], line: 1 }))],
    exports: [
      ...matches(plain, /\bexports\. ?([\w$]+) =(?!=)/g),
      ...matches(plain, /\bexports, '([\w$]+)'/g),
      ...matches(plain, /\b_createNamedExportFrom\(\w+, '([\w$]+)'/g),
      ...matches(code, /\bexport\s+(?:const|let|var)\s*[[{]([^=]*)=/g).flatMap(([, names]) =>
        matches(names, /([\w$]+)/g),
      ),
    ].map(([, name]) => name),
    starExports: matches(code, /^\s*export\s*\*\s*from\s*["']([^"'\n]+)["']/gm).map(([, specifier]) => specifier),
  };
}

const matches = (text: string, pattern: RegExp): RegExpMatchArray[] => [...text.matchAll(pattern)];

/** The file without types. Syntax that Node refuses, because removing types does not suffice, is refused with Node's message. */
function withoutTypes(file: string, text: string): string {
  const code = transformed(file, text, "typescript");
  const [before, after] = [text, code].map((one) => one.split("\n"));
  const line = after.findIndex((one, at) => !isPartOf(one, before[at] ?? ""));
  if (line >= 0)
    throw syntaxError(
      `TypeScript ${kindOf(before[line] ?? "")} is not supported by Node, which only removes types`,
      `${file}:${line + 1}`,
    );
  return code;
}

/** Whether `part` is what remains of `whole` when characters are removed; semicolons and spaces may be added. */
function isPartOf(part: string, whole: string): boolean {
  let at = 0;
  for (const character of part) {
    // an added one must not match a later character
    if (character === ";" || character === " ") continue;
    const found = whole.indexOf(character, at);
    if (found < 0) return false;
    at = found + 1;
  }
  return true;
}

function kindOf(line: string): string {
  if (/\benum\b/.test(line)) return "enum";
  if (/\b(readonly|public|private|protected)\b/.test(line)) return "parameter property";
  if (/\bnamespace\b|\bmodule\b/.test(line)) return "namespace declaration";
  if (/^\s*import\b/.test(line)) return "import equals declaration";
  if (/^\s*export\s*=/.test(line)) return "export assignment";
  return "syntax";
}

function transformed(file: string, text: string, kind: "typescript" | "imports"): string {
  let code: string;
  try {
    code = transform(text, { ...common, transforms: [kind] }).code;
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number } };
    const words = message.replace(/^Error transforming [^:]*: /, "").replace(/ \(\d+:\d+\)$/, "");
    throw syntaxError(words, loc ? `${file}:${loc.line}` : file);
  }
  // import(…) of the file, which the worker answers with a file of the project
  return code.replaceAll("Promise.resolve().then(() => _interopRequireWildcard(require(", "importFile(((");
}

const syntaxError = (message: string, at: string): Error => Object.assign(new SyntaxError(message), { at });

/** The imports and re-exports at the beginning of lines or statements, with the names that they ask for. */
function importsIn(code: string): PlainModule["imports"] {
  const statement = /(?:^|[;\n}])[ \t]*(?:(?:import|export)\b([^"'`;()=]*?)\bfrom|import)\s*["']([^"'\n]+)["']/g;
  return matches(code, statement).map((match) => {
    const [all, clause = "", specifier] = match;
    const before = code.slice(0, (match.index ?? 0) + (/^[;\n}]/.test(all) ? 1 : 0));
    return { specifier, names: namesIn(clause), line: before.split("\n").length };
  });
}

/** "a", "default" and "c" of `d, { a, c as b }`; none of `* as all`. */
function namesIn(clause: string): string[] {
  const [, braces] = /\{([^}]*)\}/.exec(clause) ?? [];
  const listed = (braces ?? "").split(",").map((one) => one.trim().split(/\s+as\s+/)[0]);
  const hasDefault = /^\s*[\w$]+\s*(,|$)/.test(clause);
  return [...(hasDefault ? ["default"] : []), ...listed.filter((name) => name !== "")];
}
