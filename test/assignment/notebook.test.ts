import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { notebookOf } from "../../assignment/node/notebookFile.ts";
import { writeNotebookImages, writeNotebooks } from "../../assignment/node/notebookFolder.ts";
import { assignmentCells } from "../../assignment/report/cells.ts";
import { measureNormalization } from "../../src/data/normalize.ts";
import { syntheticSplits } from "../../src/data/synthetic.ts";
import { RandomState } from "../../src/random/randomState.ts";
import { DataError } from "../../src/tensor/errors.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

// The notebooks of the assignment, executed in a copy of their folder: the TypeScript one by Node here, and by Deno's kernel where there is
// one; the NumPy one by Python, through Jupyter where that is installed.
// HANDGRAD_PYTHON names a Python with NumPy (and nbclient, ipykernel, deno); by default python3.

const root = resolve(import.meta.dirname, "../..");
const parent = temporaryFolder("handgrad-notebook-");
const folder = join(parent, "copied", "anywhere");
const patience = 240_000; // a few seconds each on a quiet machine
vi.setConfig({ testTimeout: patience, hookTimeout: patience });
const python = process.env.HANDGRAD_PYTHON ?? "python3";

interface Cell {
  readonly id: string;
  readonly cell_type: "code" | "markdown";
  readonly source: readonly string[];
}
const names = ["problem1.ipynb", "problem1-numpy.ipynb"] as const;
const notebook = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as { cells: Cell[] };
const code = (name: string): Cell[] => notebook(name).cells.filter(({ cell_type }) => cell_type === "code");

const env = {
  ...process.env,
  // one thread: NumPy's wait for each other where tests run beside each other
  ...{ OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", NODE_OPTIONS: "" },
  // kernels that are registered here are seen by no other test
  ...{ HOME: parent, IPYTHONDIR: join(parent, "ipython") },
};

function run(command: string, args: readonly string[], cwd = folder) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: patience });
  return { ran: status === 0, status, stdout: stdout ?? "", stderr: stderr || String(error ?? "") };
}

const has = (...modules: readonly string[]): boolean =>
  run(python, ["-c", modules.map((name) => `import ${name}`).join("; ")], root).ran;

beforeAll(async () => {
  const original = join(parent, "notebook");
  const sizes = { train: 300, validation: 100, test: 100 };
  const splits = syntheticSplits({ random: new RandomState(1), sizes });
  const normalization = measureNormalization(splits.train);
  await writeNotebookImages(original, { ...splits, normalization, standIn: true, test: async () => splits.test });
  await writeNotebooks(original);
  mkdirSync(folder, { recursive: true });
  cpSync(original, folder, { recursive: true });
  rmSync(original, { recursive: true });
});

describe.each(names)("%s", (name) => {
  test("has the shape of nbformat 4.5", () => {
    const { cells } = notebook(name);
    expect(notebook(name)).toMatchObject({ nbformat: 4, nbformat_minor: 5 });
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    for (const cell of cells) {
      expect(cell.id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
      expect(Object.keys(cell).sort()).toEqual(
        cell.cell_type === "markdown"
          ? ["cell_type", "id", "metadata", "source"]
          : ["cell_type", "execution_count", "id", "metadata", "outputs", "source"],
      );
      for (const line of cell.source.slice(0, -1)) expect(line.endsWith("\n")).toBe(true);
    }
  });

  test("states the line that installs what it needs, as the README does", () => {
    const line = /^pip install notebook numpy deno==[\d.]+ && deno jupyter --install --force$/m;
    const stated = notebook(name).cells[0].source.join("").match(line)?.[0];
    expect(stated).toBeDefined();
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(stated);
  });

  test("has every cell of the assignment", () => {
    const ids = code(name).map(({ id }) => id);
    expect(ids.filter((id) => assignmentCells.some((cell) => cell.id === id))).toEqual(
      assignmentCells.map(({ id }) => id),
    );
  });
});

/** What the assignment printed for fixed inputs, from its stored checks, as the notebooks show it. */
function printedLines(): string[] {
  const checks = JSON.parse(readFileSync(resolve(root, "reference/checks.json"), "utf8"));
  const { fc_forward, gelu_forward, sgd_step, adam_step, small_network } = checks;
  const differences = [fc_forward, gelu_forward, sgd_step].map(({ difference }) => difference);
  const shown = (value: number) => value.toExponential(3).replace(/e-(\d)$/, "e-0$1");
  return [
    ...[...differences, ...Object.values<number>(adam_step.differences)].map(
      (value) => `${shown(value)}   assignment    ${shown(value)}   ok`,
    ),
    `loss ${small_network.expected_loss.toFixed(10)}   assignment ${small_network.expected_loss.toFixed(10)}`,
    "losses of weight decay and L2 equal to 1e-9: true",
  ];
}

function expectLines(text: string): void {
  for (const line of printedLines()) expect(text).toContain(line);
  expect(text).not.toContain("NOT OK");
  // differences, dropout, gradients of layers, cross-entropy, the small network, the network with dropout
  expect(text.match(/ {3}ok$/gm)).toHaveLength(6 + 25 + 8 + 2 + 6 + 18);
  expect(text.match(/^ {2}epoch \d: training 0\.\d{6}, validation 0\.\d{6}$/gm)).toHaveLength(5 + 7 * 3);
}

/** Errors of gradients are what rounding leaves, and differ; everything else must be the same in both languages. */
const comparable = (text: string): string => text.replaceAll(/(error of \w+) +\S+/g, "$1");

/** All cells as one script, in the folder. */
function writeScript(name: (typeof names)[number], file: string): string {
  const cells = code(name).map(({ source }) => source.join(""));
  writeFileSync(join(folder, file), cells.join("\n\n"));
  return file;
}

let printedByNode = "";

test("the TypeScript notebook runs in a copied folder, trains, and prints the assignment’s lines", () => {
  const { ran, stdout, stderr } = run(process.execPath, [writeScript("problem1.ipynb", "cells.mts")]);
  expect(ran, stderr).toBe(true);
  expectLines(stdout);
  printedByNode = stdout;
});

const hasNumpy = has("numpy");
const hasJupyter = hasNumpy && has("nbclient", "ipykernel");
if (!hasJupyter) console.log(`${python}: no ${hasNumpy ? "Jupyter" : "NumPy"}, so not all notebooks are executed`);

/** Executes a notebook through Jupyter; gives what its cells print, and the kinds of what they show. */
function execute(name: (typeof names)[number]): { readonly printed: string; readonly shown: string[][] } {
  const script = resolve(import.meta.dirname, "executeNotebook.py");
  const { ran, stdout, stderr } = run(python, [script, folder, name], parent);
  expect(ran, stderr).toBe(true);
  return JSON.parse(stdout);
}
const figures = Array(4).fill(["image/svg+xml", "text/plain"]);

test.skipIf(!hasJupyter)("Jupyter executes the NumPy notebook, which prints the same lines", () => {
  const { printed, shown } = execute("problem1-numpy.ipynb");
  expectLines(printed);
  expect(comparable(printed)).toEqual(comparable(printedByNode));
  expect(shown).toEqual(figures);
});

test.skipIf(!hasNumpy || hasJupyter)("Python runs the cells of the NumPy notebook, which print the same lines", () => {
  const { ran, stdout, stderr } = run(python, [writeScript("problem1-numpy.ipynb", "cells.py")]);
  expect(ran, stderr).toBe(true);
  expectLines(stdout);
  expect(comparable(stdout)).toEqual(comparable(printedByNode));
});

test.skipIf(!hasNumpy)("the NumPy notebook reads MATLAB files, compressed or not, and their cells of text", () => {
  const [setup, data] = ["setup", "data"].map((id) => {
    return code("problem1-numpy.ipynb")
      .flatMap((cell) => (cell.id === id ? cell.source : []))
      .join("");
  });
  const fixtures = resolve(root, "test/fixtures/mat");
  const script = `${setup}\n${data.split("def read_cifar100")[0]}
folder, wanted = ${JSON.stringify(fixtures)}, ("data", "coarse_labels")
files = [read_mat(f"{folder}/{kind}.mat", wanted) for kind in ("plain", "compressed")]
arrays = [{name: value.ravel().tolist() for name, value in file.items()} for file in files]
print(json.dumps({"arrays": arrays, "names": read_mat(f"{folder}/cells.mat", ("names",))["names"]}))`;
  const { ran, stdout, stderr } = run(python, ["-c", script]);
  expect(ran, stderr).toBe(true);
  const { data: images, coarse_labels } = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8"));
  const expected = { data: images, coarse_labels: coarse_labels.flat() };
  expect(JSON.parse(stdout)).toEqual({
    arrays: [expected, expected],
    names: ["apple", "large_man-made_outdoor_things", "é"],
  });
});

const deno = run(python, ["-c", "import deno; print(deno.find_deno_bin())"], root).stdout.trim();

test.skipIf(!hasJupyter || deno === "")("Jupyter executes the TypeScript notebook with Deno’s kernel", () => {
  const installed = run(deno, ["jupyter", "--install", "--force"], parent);
  expect(installed.ran, installed.stderr).toBe(true);
  const { printed, shown } = execute("problem1.ipynb");
  expectLines(printed);
  expect(comparable(printed)).toEqual(comparable(printedByNode));
  expect(shown).toEqual(figures);
});

test("the NumPy notebook needs no package but NumPy", () => {
  const modules = [
    ...code("problem1-numpy.ipynb")
      .flatMap(({ source }) => source)
      .join("")
      .matchAll(/^(?:import|from) (\w+)/gm),
  ];
  expect(modules.map(([, name]) => name).sort()).toEqual(["json", "numpy", "numpy", "pathlib", "struct", "zlib"]);
});

test("a script that begins otherwise than with a cell is refused", () => {
  expect(() => notebookOf("const a = 1;\n// %% setup\nconst b = 2;", "deno")).toThrow(DataError);
  expect(() => notebookOf("print(1)", "python")).toThrow(/expected # %% on its first line/);
});

test("a folder without images, of an older lab, gets no notebooks", async () => {
  const empty = mkdtempSync(join(parent, "older-"));
  expect(await writeNotebooks(empty)).toEqual([]);
  expect(readdirSync(empty)).toEqual([]);
});
