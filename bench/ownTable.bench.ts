// A table of 1,500 rows with numbers, categories and missing values: `handgrad train` and `predict` compared with scikit-learn's
// MLPClassifier.
//   node bench/ownTable.bench.ts [PYTHON] [SEEDS]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cellText, columnOf, parseCsv, RandomState, readRecord } from "../src/node.ts";
import { ringTable } from "../test/data/ringTable.ts";
import { median } from "./statistics.ts";

const [python = "python3", seeds = "5"] = process.argv.slice(2);
const testRows = 300;
const folder = mkdtempSync(join(tmpdir(), "handgrad-table-"));
const [header, ...lines] = ringTable(1500, new RandomState(4)).trim().split("\n");
const [train, test] = [join(folder, "train.csv"), join(folder, "test.csv")];
writeFileSync(train, [header, ...lines.slice(testRows), ""].join("\n"));
writeFileSync(test, [header, ...lines.slice(0, testRows), ""].join("\n"));

interface Result {
  readonly accuracy: number;
  /** seconds of the whole process that fits, and of its training only */
  readonly process: number;
  readonly fit: number;
}

/** The output of a process and its time; undefined if it failed. */
function run(
  command: string,
  args: readonly string[],
): { readonly output: string; readonly seconds: number } | undefined {
  const began = performance.now();
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? { output: stdout, seconds: (performance.now() - began) / 1000 } : undefined;
}

function answersIn(file: string): readonly string[] {
  const answers = parseCsv(readFileSync(file, "utf8"), { name: file });
  const where = columnOf(answers, "where");
  return Array.from({ length: answers.rows }, (_, row) => cellText(where, row));
}

function ours(seed: number, flags: readonly string[]): Result | undefined {
  const main = resolve(import.meta.dirname, "../cli/main.ts");
  const model = join(folder, "model");
  rmSync(model, { recursive: true, force: true });
  const fitted = run(process.execPath, [
    main,
    "train",
    train,
    "--target",
    "where",
    "--seed",
    `${seed}`,
    "--out",
    model,
    ...flags,
  ]);
  const predictions = join(folder, "predictions.csv");
  if (!fitted || !run(process.execPath, [main, "predict", model, test, "--out", predictions, ...flags]))
    return undefined;
  const [wanted, got] = [answersIn(test), answersIn(predictions)];
  const right = wanted.filter((answer, row) => answer === got[row]).length;
  return { accuracy: right / testRows, process: fitted.seconds, fit: readRecord(model).seconds };
}

function theirs(seed: number, threads: number, early: boolean): Result | undefined {
  const script = resolve(import.meta.dirname, "peers/tableClassifier.py");
  const done = run(python, [script, train, test, "where", `${seed}`, `${threads}`, early ? "1" : "0"]);
  return done && { ...JSON.parse(done.output), process: done.seconds };
}

const cores = availableParallelism();
const contestants: Record<string, (seed: number) => Result | undefined> = {
  "Handgrad native, 1 thread": (seed) => ours(seed, ["--threads", "1"]),
  [`Handgrad native, ${cores} threads`]: (seed) => ours(seed, []),
  "Handgrad wasm, 1 thread": (seed) => ours(seed, ["--kernels", "wasm", "--threads", "1"]),
  "MLPClassifier, early_stopping, 1 thread": (seed) => theirs(seed, 1, true),
  "MLPClassifier, early_stopping, default threads": (seed) => theirs(seed, 0, true),
  "MLPClassifier, no early_stopping, 1 thread": (seed) => theirs(seed, 1, false),
};
const names = Object.keys(contestants);
const results = new Map<string, Result[]>(names.map((name) => [name, []]));
// Alternately, so that other work of the machine affects all in the same way
for (let seed = 1; seed <= Number(seeds); seed++) {
  for (const name of names) {
    const result = contestants[name](seed);
    if (result) results.get(name)?.push(result);
  }
}
rmSync(folder, { recursive: true });

const percent = (share: number): string => (100 * share).toFixed(1);
console.log(`medians of ${seeds} seeds; ${1500 - testRows} rows to train, ${testRows} to test\n`);
console.log("| | accuracy on the test file, % (all seeds) | whole process, s | training alone, s |");
console.log("| --- | ---: | ---: | ---: |");
for (const name of names) {
  const all = results.get(name) ?? [];
  if (all.length === 0) {
    console.log(`| ${name} | not installed | | |`);
    continue;
  }
  const accuracies = all.map(({ accuracy }) => accuracy);
  const range = `${percent(median(accuracies))} (${percent(Math.min(...accuracies))} … ${percent(Math.max(...accuracies))})`;
  const [whole, fit] = (["process", "fit"] as const).map((key) => median(all.map((each) => each[key])).toFixed(2));
  console.log(`| ${name} | ${range} | ${whole} | ${fit} |`);
}
