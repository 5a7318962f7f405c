import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = temporaryFolder("handgrad-hostile-");
const at = (name: string): string => join(folder, name);

/** Two classes that a terminal would obey, and a run folder whose name a shell would divide. */
const [title, override] = ["\u001b]0;title\u0007", "\u202eb"];
const run = "my run";
let fitted: string;

beforeAll(async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 2},${i % 2 ? title : override}`);
  writeFileSync(at("names.csv"), `a,=b,@target\n${rows.join("\n")}\n`);
  writeFileSync(at("new.csv"), "a,=b\n1,0\n2,1\n");
  const { code, output } = await handgradIn(folder, [
    "fit",
    "names.csv",
    "--target",
    "@target",
    "--epochs",
    "2",
    "--out",
    run,
  ]);
  expect(code, output).toBe(0);
  fitted = output;
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not occur
const obeyed = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

describe("names with control characters", () => {
  test("are shown by fit, data info and predict, and do not reach the terminal", async () => {
    for (const args of [
      ["data", "info", "names.csv"],
      ["predict", run, "new.csv"],
      ["data", "info", "names.csv", "--json"],
    ]) {
      const { code, output } = await handgradIn(folder, args);
      expect(code, output).toBe(0);
      expect(output).not.toMatch(obeyed);
    }
    expect(fitted).toContain("\\u{1b}]0;title\\u{7}");
    expect(fitted).not.toMatch(obeyed);
  });

  test("are in JSON as escapes of JSON, so that its readers get them as they are", async () => {
    const { output } = await handgradIn(folder, ["predict", run, "new.csv", "--json"]);
    expect(output).not.toMatch(obeyed);
    const labels = output
      .trim()
      .split("\n")
      .flatMap((line) => JSON.parse(line).labels);
    expect(new Set(labels.map(({ label }) => label))).toEqual(new Set([title, override]));
  });

  test("of files do not reach it in errors, nor those of options", async () => {
    mkdirSync(at("runs"));
    mkdirSync(at("runs/\u001b[2J\nfake"));
    for (const args of [["import", "a\u001b[31m.onnx"], ["train", "--\u001b[31m"], ["runs"]]) {
      const { output } = await handgradIn(folder, args);
      expect(output).toContain("\\u{1b}[");
      expect(output).not.toMatch(obeyed);
    }
  });
});

test("predictions as CSV hold no formulas", async () => {
  const { code, output } = await handgradIn(folder, ["predict", run, "new.csv", "--out", "out.csv"]);
  expect(code, output).toBe(0);
  expect(readFileSync(at("out.csv"), "utf8")).toMatch(/^row,'@target,probability,probability /);
});

test("the command that is printed next can be copied into a shell", () => {
  expect(fitted).toContain("handgrad predict 'my run' NEW.csv");
});

const model = "--layers 3072,1000000000,20".split(" ");
const refusals: [what: string, args: readonly string[], message: RegExp][] = [
  ["replay of a device without end", ["replay", "/dev/zero"], /\/dev\/zero: expected a regular file, found a device/],
  ["import of a device without end", ["import", "/dev/zero"], /\/dev\/zero: expected a regular file, found a device/],
  ["reference that is a device", ["reproduce", "--reference", "/dev/zero"], /\/dev\/zero: expected a regular file/],
  ["vectors that are a pipe", ["vectors", "ff.csv"], /ff\.csv: expected a regular file, found a pipe/],
  ["data that are a pipe", ["fit", "ff.csv", "--target", "y"], /ff\.csv: expected a regular file, found a pipe/],
  ["rows that are a pipe", ["predict", run, "ff.csv"], /ff\.csv: expected a regular file, found a pipe/],
  ["a picture that is a pipe", ["fit", "pictures"], /0\.png: expected a regular file, found a pipe/],
  ["import of a folder", ["import", "pictures"], /pictures: expected a regular file, found a folder/],
  ["import of 5 GB", ["import", "huge"], /huge: expected at most 4,000,000,000 bytes, found 5,000,000,000 bytes/],
  ["replay of 5 GB", ["replay", "huge"], /huge: expected at most 4,000,000,000 bytes/],
  ["predict with a model of 5 GB", ["predict", "huge", "new.csv"], /huge: expected at most 4,000,000,000 bytes/],
  ["a table of 5 GB of zeros", ["data", "info", "huge.csv"], /huge\.csv: not a text file: it contains zero bytes/],
  ["an empty file", ["data", "info", "empty.csv"], /empty\.csv: the file is empty/],
  ["an empty model", ["import", "empty.csv"], /empty\.csv: an empty file; expected a model/],
  ["a file where a run should be", ["train", "--resume", "new.csv"], /new\.csv: no such run folder/],
  ["a file where a folder of runs should be", ["runs", "--dir", "new.csv"], /new\.csv: .*a file, not a folder/],
  ["a circle of links", ["import", "circle"], /circle: cannot be read: its symbolic links lead in a circle/],
  [
    "layers beyond all memory",
    ["train", "--data", "stand-in", ...model],
    /layers\[1\]: expected at most .* parameters in all, what .* GB .* found 3,073,000,000,000/,
  ],
];

describe.skipIf(process.platform === "win32")("refused with one line and at once", () => {
  beforeAll(() => {
    execFileSync("mkfifo", [at("ff.csv")]);
    for (const name of ["a", "b"]) mkdirSync(at(`pictures/${name}`), { recursive: true });
    execFileSync("mkfifo", [at("pictures/a/0.png")]);
    for (const name of ["a/1.png", "b/1.png", "b/2.png"]) writeFileSync(at(`pictures/${name}`), "no picture");
    for (const name of ["huge", "huge.csv", "empty.csv"]) writeFileSync(at(name), "");
    for (const name of ["huge", "huge.csv"]) truncateSync(at(name), 5e9);
    symlinkSync("circle", at("circle"));
  });

  test.each(refusals)("%s", async (_, args, message) => {
    const { code, output } = await handgradIn(folder, args);
    expect(code).toBe(args.includes("--layers") ? 2 : 1);
    const errors = output.split("\n").filter((line) => line.startsWith("error: "));
    expect(errors, output).toHaveLength(1);
    expect(errors[0]).toMatch(message);
    expect(output.trim().split("\n").at(-1)).toBe(errors[0]); // no stack follows
  });
});
