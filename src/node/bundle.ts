import { dirname } from "node:path";
import type { BuildOptions } from "vite";
import { packageFile } from "./packageFile.ts";

/** The code that vite bundles from sources of a checkout, in memory; a package has it as a file. */
export async function bundledCode({ rollupOptions, ...options }: BuildOptions): Promise<string> {
  const { build } = await import("vite");
  const result = await build({
    root: dirname(packageFile("package.json")),
    configFile: false,
    logLevel: "silent",
    build: {
      ...{ write: false, target: "es2023", ...options },
      rollupOptions: { output: { codeSplitting: false }, ...rollupOptions }, // one file, also of what is imported on demand
    },
  });
  const chunks = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  return chunks.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
}
