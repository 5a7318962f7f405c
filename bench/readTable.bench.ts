// Tables from CSV files: seconds, MB/s and peak memory of `readTable`, compared with pandas.read_csv.
//   node bench/readTable.bench.ts [PYTHON] [ROUNDS] [ROWS,…]
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { RandomState } from "../src/node.ts";
import { median } from "./statistics.ts";

const [python = "python3", rounds = "3", sizes = "330000,1000000"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "handgrad-read-"));

interface Result {
  readonly rows: number;
  /** seconds for reading */
  readonly seconds: number;
  /** CPU seconds of the whole process, including its start */
  readonly cpu: number;
  readonly peak: number;
}

/** Rows of cells; `row` makes one. */
function write(name: string, header: string, rows: number, row: (random: RandomState, i: number) => string): string {
  const path = join(folder, name);
  const file = openSync(path, "w");
  const random = new RandomState(1);
  writeSync(file, `${header}\n`);
  for (let i = 0; i < rows; ) {
    const lines: string[] = [];
    for (; i < rows && lines.length < 20_000; i++) lines.push(row(random, i));
    writeSync(file, `${lines.join("\n")}\n`);
  }
  closeSync(file);
  return path;
}

const ten = Array.from({ length: 10 }, (_, i) => i);
const names = (cells: readonly number[]) => cells.map((i) => `x${i}`).join(",");
const kinds = ["fern", "ivy", "cactus", "dark green"];

/** The files: all sizes for numbers, the smallest size for the others. */
function files(): { readonly what: string; readonly path: string }[] {
  const counts = sizes.split(",").map(Number);
  const [first] = counts;
  return [
    ...counts.map((rows) => ({
      what: `${rows.toLocaleString("en")} rows of ten numbers, four decimals`,
      path: write(`numbers-${rows}.csv`, names(ten), rows, (random) =>
        ten.map(() => random.randn().toFixed(4)).join(","),
      ),
    })),
    {
      what: `${first.toLocaleString("en")} rows of ten numbers, all digits`,
      path: write("digits.csv", names(ten), first, (random) => ten.map(() => String(random.randn())).join(",")),
    },
    {
      what: `${first.toLocaleString("en")} rows of a date, a category, a unique name and two numbers`,
      path: write("texts.csv", "when,kind,user,x,y", first, (random, i) => {
        const when = new Date(1.6e12 + 1000 * i).toISOString().slice(0, 19);
        const user = `u${Math.floor(random.uniform(0, 2 ** 32)).toString(16)}`;
        return `${when},${kinds[random.randint(0, 4)]},${user},${random.randn().toFixed(3)},${random.randint(0, 2)}`;
      }),
    },
  ];
}

function run(command: string, args: readonly string[]): Result | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

const contestants: Readonly<Record<string, (path: string) => Result | undefined>> = {
  Handgrad: (path) => run(process.execPath, [resolve(import.meta.dirname, "readOneTable.ts"), path]),
  "pandas.read_csv": (path) => run(python, [resolve(import.meta.dirname, "peers/readTable.py"), path]),
};

console.log(`medians of ${rounds} rounds, each in a separate process\n`);
console.log("| file | reader | seconds | MB/s | CPU seconds of the process | most memory, MB | of the file's size |");
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
for (const { what, path } of files()) {
  const megabytes = statSync(path).size / 1e6;
  const results = new Map<string, Result[]>();
  // Alternately, so that other work of the machine affects all in the same way
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, read] of Object.entries(contestants)) {
      const result = read(path);
      if (result) results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
  for (const [name, all] of results) {
    const [seconds, cpu, peak] = (["seconds", "cpu", "peak"] as const).map((key) =>
      median(all.map((each) => each[key])),
    );
    console.log(
      `| ${what}, ${megabytes.toFixed(0)} MB | ${name} | ${seconds.toFixed(2)} | ${(megabytes / seconds).toFixed(0)} | ${cpu.toFixed(2)} | ${(peak / 1e6).toFixed(0)} | ${(peak / 1e6 / megabytes).toFixed(1)} × |`,
    );
  }
  rmSync(path);
}
rmSync(folder, { recursive: true });
