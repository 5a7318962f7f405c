import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const marker = "?names=";

// An example exports nothing, so that it reads like a program; here its names are exported as it is loaded.
registerHooks({
  load(url, context, next) {
    const at = url.indexOf(marker);
    if (at < 0) return next(url, context);
    const source = readFileSync(fileURLToPath(url.slice(0, at)), "utf8");
    const names = url
      .slice(at + marker.length)
      .split(",")
      .join(", ");
    return { format: "module-typescript", source: `${source}\nexport { ${names} };\n`, shortCircuit: true };
  },
});

/** Runs a file of examples/ and returns what it has under the names; what it prints is not shown. */
export async function exampleOf<Names extends object>(
  file: string,
  names: readonly (keyof Names & string)[],
): Promise<Names> {
  const url = pathToFileURL(resolve(import.meta.dirname, "../../examples", file)).href;
  const log = console.log;
  console.log = () => {};
  try {
    return (await import(`${url}${marker}${names.join(",")}`)) as Names;
  } finally {
    console.log = log;
  }
}
