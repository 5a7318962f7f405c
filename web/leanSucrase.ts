import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

// sucrase without the parts that the app does not use: Flow, JSX, source maps, other transforms and the check of its options are almost half of it. Their
// functions and classes stay, but are empty; none of them is called for the transforms "typescript" and "imports" (web/app/course/plainModule.ts).

const unused =
  /\/sucrase\/dist\/esm\/(Options|computeSourceMap|parser\/plugins\/(flow|jsx\/index)|transformers\/(Flow|JSX|JestHoist|ReactDisplayName|ReactHotLoader)Transformer)\.js$/;

export function leanSucrase(): Plugin {
  return {
    name: "lean-sucrase",
    load(id) {
      if (!unused.test(id)) return undefined;
      const exported = readFileSync(id, "utf8").matchAll(/^export (default )?(function|class) (\w+)/gm);
      return [...exported].map(([all, , kind]) => (kind === "class" ? `${all} {}` : `${all}() {}`)).join("\n");
    },
  };
}
