import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Who may import whom, from design: a stage of the flow knows those before it, never those after it. */
const foundations = ["tensor", "random"];
const mayImport: Record<string, readonly string[]> = {
  tensor: [],
  random: ["tensor"],
  kernels: ["tensor"],
  data: [...foundations, "kernels"],
  losses: [...foundations, "kernels"],
  regularizers: [...foundations, "kernels"],
  optimizers: [...foundations, "kernels"],
  layers: [...foundations, "kernels"],
  training: [...foundations, "kernels", "data", "losses", "regularizers", "optimizers", "layers"],
};
const belowLab = [...mayImport.training, "training"];
mayImport.lab = belowLab;
mayImport.report = [...belowLab, "lab"];
mayImport.node = [...belowLab, "lab", "report"];

function sourceFiles(folder: string): string[] {
  return readdirSync(resolve(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`);
}

function importsOf(file: string): string[] {
  const text = readFileSync(resolve(root, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
}

/** "layers" for src/layers/linear.ts, "regularizers" for src/regularizers.ts */
const stageOf = (file: string): string => file.split("/")[1].replace(/\.ts$/, "");

test.each(
  sourceFiles("src").filter((file) => !["index", "node"].includes(stageOf(file)) || file.split("/").length > 2),
)("%s imports only from the stages before its own", (file) => {
  const stage = stageOf(file);
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith("node:")) expect(stage, `${file}: ${specifier}`).toBe("node");
    if (!specifier.startsWith(".")) continue;
    const target = stageOf(relative(root, resolve(root, dirname(file), specifier)));
    if (target !== stage) expect(mayImport[stage], `${file} imports ${specifier}`).toContain(target);
  }
});

test.each(sourceFiles("cli"))("%s takes from src what src/node.ts offers, and nothing else", (file) => {
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith("../")) expect(specifier).toBe("../src/node.ts");
  }
});

test("the browser's entry reaches no file of node/ and no node: module", () => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const specifier of importsOf(file)) {
      expect(specifier, file).not.toMatch(/^node:/);
      if (specifier.startsWith(".") && specifier.endsWith(".ts")) {
        visit(relative(root, resolve(root, dirname(file), specifier)));
      }
    }
  };
  visit("src/index.ts");
  expect([...seen].filter((file) => file.startsWith("src/node/"))).toEqual([]);
});
