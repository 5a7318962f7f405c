// What a file of a project may import: files of the project by a relative path, and ./array.ts, wherever its code runs.

/**
 * The path within the project that an import in the file `from` names; "array.ts" is the array module of the checks. Throws an error named "Import
 * refused" for everything that is not a file of the project.
 */
export function importedFile(from: string, specifier: string, texts: ReadonlyMap<string, unknown>): string {
  const wanted = relativeName(from, specifier);
  if (wanted === undefined)
    throw importRefused(
      `${from} imports ${JSON.stringify(specifier)}; it may import files of this folder, such as "./array.ts"`,
    );
  if (wanted !== "array.ts" && !texts.has(wanted))
    throw importRefused(`${from} imports ${JSON.stringify(specifier)}: ${missing(wanted, texts)}`);
  return wanted;
}

/** The path within the project that a relative import names; none if it leads out of it or is not a relative import. */
function relativeName(from: string, specifier: string): string | undefined {
  if (!/^\.\.?\//.test(specifier) || /[\\%?#]/.test(specifier)) return undefined;
  const path = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (path.pop() === undefined) return undefined;
    } else if (part !== "." && part !== "") path.push(part);
  }
  return path.join("/");
}

function missing(wanted: string, texts: ReadonlyMap<string, unknown>): string {
  const ending = [".ts", ".js", ".mjs"].find((one) => texts.has(wanted + one) || wanted + one === "array.ts");
  if (ending) return `write the ending ${ending}`;
  return "there is no such file in this folder (a symbolic link does not count)";
}

export function importRefused(message: string): Error {
  return Object.assign(new Error(message), { name: "Import refused" });
}
