import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { importsOf, sourceFiles, stageOf, targetOf } from "../scripts/importGraph.ts";

const root = resolve(import.meta.dirname, "..");

/** The stages of the flow, each of which may import those named here. */
const numbers = ["version", "schema", "tensor", "mathematics", "random"];
const kernels = [...numbers, "kernels"];
const belowTraining = [...kernels, "formats", "data", "losses", "regularizers", "optimizers", "layers"];
const belowReport = [...belowTraining, "training", "experiments"];
const withReport = [...belowReport, "runs", "report"];
const mayImport: Record<string, readonly string[]> = {
  version: [],
  schema: ["tensor"],
  tensor: [],
  mathematics: [],
  random: ["tensor", "mathematics"],
  formats: numbers,
  kernels: ["tensor", "mathematics"],
  data: [...kernels, "formats"],
  losses: kernels,
  regularizers: kernels,
  optimizers: kernels,
  layers: kernels,
  training: belowTraining,
  experiments: [...belowTraining, "training"],
  runs: belowReport,
  report: [...belowReport, "runs"],
  node: withReport,
  assignment: withReport,
  "assignment/node": [...withReport, "node", "assignment"],
};

const entries = [
  ...["src/index.ts", "src/node.ts", "src/predict.ts", "assignment/index.ts", "assignment/node.ts"],
  "assignment/node/notebook/handgrad.ts", // that of the notebook of the assignment
];
const sources = [...sourceFiles("src"), ...sourceFiles("assignment")];

test.each(sources.filter((file) => !entries.includes(file)))(
  "%s imports only from the stages before its own",
  (file) => {
    const stage = stageOf(file);
    for (const specifier of importsOf(file)) {
      if (specifier.startsWith("node:")) expect(["node", "assignment/node"], `${file}: ${specifier}`).toContain(stage);
      if (!specifier.startsWith(".")) continue;
      const target = stageOf(targetOf(file, specifier));
      if (target !== stage) expect(mayImport[stage], `${file} imports ${specifier}`).toContain(target);
    }
  },
);

test.each(sourceFiles("cli"))("%s takes from src and assignment what their entries offer, and nothing else", (file) => {
  for (const specifier of importsOf(file)) {
    // The small ones import nothing, so that `handgrad --help` need not wait for the library
    const small = ["version.ts", "tensor/printable.ts", "tensor/plainJson.ts", "node/mpi/launcher.ts"].map(
      (name) => `../src/${name}`,
    );
    const early = "../assignment/node/course/runnerProcess.ts"; // a process that starts while the rest is imported
    const allowed = [early, "../src/node.ts", "../assignment/node.ts", "../assignment/node/course.ts", ...small];
    if (specifier.startsWith("../")) expect(allowed).toContain(specifier);
  }
});

const webSources = sourceFiles("web").filter((file) => /^web\/(app|embed)\//.test(file));

test.each(webSources)("%s imports the library by its entries, as any page does", (file) => {
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith(".")) expect(targetOf(file, specifier), `${file}: ${specifier}`).toMatch(/^web\//);
    else if (specifier.startsWith("handgrad"))
      expect(["handgrad", "handgrad/report", "handgrad/assignment", "handgrad/predict"]).toContain(specifier);
    else expect(specifier, file).not.toMatch(/^node:/);
  }
});

// These read files of the system and of this package, or a pipe of this process.
const readers = [
  "src/node/readFile.ts",
  "src/node/runs/runLock.ts",
  "src/node/kernels/nativeAddon.ts",
  "src/node/mpi/neighbours.ts",
  "cli/superviseRank.ts",
  "assignment/node/course/processMemory.ts",
  "assignment/node/course/studentRunner.ts",
];

test.each([...sources, ...sourceFiles("cli")].filter((file) => !readers.includes(file)))(
  "%s reads files through src/node/readFile.ts, which waits for no pipe and takes no file without end",
  (file) => {
    const text = readFileSync(resolve(root, file), "utf8");
    const imports = [...text.matchAll(/import \{([^}]*)\} from "node:fs(?:\/promises)?"/g)].map(([, names]) => names);
    expect(imports.join()).not.toMatch(/\b(readFileSync|readFile|createReadStream|readSync)\b/);
  },
);

/** All files that `file` reaches, itself included. */
function reachable(file: string, visit: (file: string, specifier: string) => void = () => {}): Set<string> {
  const seen = new Set<string>();
  const enter = (current: string): void => {
    if (seen.has(current)) return;
    seen.add(current);
    for (const specifier of importsOf(current)) {
      visit(current, specifier);
      if (specifier.startsWith(".") && specifier.endsWith(".ts")) enter(targetOf(current, specifier));
    }
  };
  enter(file);
  return seen;
}

test.each(["src/index.ts", "assignment/index.ts"])(
  "%s, which browsers load, reaches no file of node/ and no node: module",
  (entry) => {
    const seen = reachable(entry, (file, specifier) => expect(specifier, file).not.toMatch(/^node:/));
    expect([...seen].filter((file) => file.startsWith("src/node/"))).toEqual([]);
  },
);

test("no file imports itself over others", () => {
  const cyclic = sources.filter((file) =>
    importsOf(file).some(
      (specifier) =>
        specifier.startsWith(".") &&
        specifier.endsWith(".ts") &&
        !specifier.includes("generated") &&
        reachable(targetOf(file, specifier)).has(file),
    ),
  );
  expect(cyclic).toEqual([]);
});

// ECMAScript leaves the last bit of these functions, and of powers, to the engine; src/mathematics has them with the same bits everywhere.
const leftToTheEngine =
  /Math\.(?:a?(?:cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|pow)\b|(?<!\b(?:2|10|128)) \*\* (?!2\b)/;
const computing = sources.filter((file) => !/^(assignment|src\/(report|mathematics|node))\//.test(file));

test.each(computing)("%s has the same bits in every engine", (file) => {
  const code = readFileSync(resolve(root, file), "utf8").replace(/\/\*\*?[\s\S]*?\*\/|\/\/.*/g, "");
  expect(code.match(leftToTheEngine)?.[0]).toBeUndefined();
});
