import { dirname } from "node:path";
import type { BuildOptions, Plugin } from "vite";
import { packageFile } from "./packageFile.ts";

/** Bundles source files of a checkout with vite, in memory. A package contains the result as a file. */
export async function bundledCode(
  { rollupOptions, ...options }: BuildOptions,
  plugins: readonly Plugin[] = [],
): Promise<string> {
  // one file, including modules that are imported on demand
  const oneFile = { output: { codeSplitting: false }, ...rollupOptions };
  const chunks = await bundledChunks({ ...options, rollupOptions: oneFile }, plugins);
  return [...chunks.values()].join("");
}

/** The bundle as several files, by their names. */
export async function bundledChunks(
  options: BuildOptions,
  plugins: readonly Plugin[] = [],
): Promise<ReadonlyMap<string, string>> {
  const { build } = await import("vite");
  const result = await build({
    root: dirname(packageFile("package.json")),
    configFile: false,
    logLevel: "silent",
    plugins: [...plugins],
    build: { write: false, target: "es2023", ...options },
  });
  const outputs = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  return new Map(outputs.flatMap((each) => (each.type === "chunk" ? [[each.fileName, each.code] as const] : [])));
}
