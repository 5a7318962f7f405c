import { spawn } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn, main } from "./process.ts";

// Each command is a process of its own, and a busy machine takes seconds to start one
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = temporaryFolder("handgrad-evaluate-");

const handgrad = (...args: string[]) => handgradIn(folder, args);
const rows = (count: number) =>
  ["a,b,c", ...Array.from({ length: count }, (_, i) => `${i},${(i * 7) % 11},${(i * 7) % 11 > 5 ? "x" : "y"}`)].join(
    "\n",
  );

beforeAll(async () => {
  writeFileSync(join(folder, "data.csv"), rows(80));
  const settings = ["--target", "c", "--epochs", "1", "--no-baseline", "--out", "run"];
  expect((await handgrad("train", "data.csv", ...settings)).code).toBe(0);
});

describe("evaluate on own data", () => {
  test("of the training gives a score, also where it has moved, and no warning", async () => {
    copyFileSync(join(folder, "data.csv"), join(folder, "moved.csv"));
    for (const args of [[], ["--data", "moved.csv"]]) {
      const { code, output } = await handgrad("evaluate", "run", ...args);
      expect({ code, warned: output.includes("warning") }).toEqual({ code: 0, warned: false });
      expect(output).toContain("test: 12 rows");
    }
  });

  test("with more rows is split otherwise: a warning says that the score may be too good", async () => {
    writeFileSync(join(folder, "more.csv"), rows(100));
    const { code, output } = await handgrad("evaluate", "run", "--data", "more.csv");
    expect(code).toBe(0);
    expect(output).toContain("warning: this is not the data that the model was trained on");
  });

  test("that is gone asks for its new place, not for CIFAR-100", async () => {
    renameSync(join(folder, "data.csv"), join(folder, "gone.csv"));
    const { code, output } = await handgrad("evaluate", "run");
    renameSync(join(folder, "gone.csv"), join(folder, "data.csv"));
    expect(code).toBe(1);
    expect(output).toMatch(/data\.csv: the data of this model is missing; give its new path with --data\n$/);
  });
});

describe("a run whose data came from standard input", () => {
  const data = () => readFileSync(join(folder, "data.csv"), "utf8");
  const fed = (...args: string[]) => handgradIn(folder, args, undefined, data());

  test("is resumed and evaluated with the data again, and asks for it", async () => {
    const settings = ["--target", "c", "--hidden", "4", "--schedule", "constant", "--no-baseline", "--no-report"];
    expect((await fed("train", "-", ...settings, "--epochs", "1", "--out", "piped")).code).toBe(0);
    const without = await handgrad("train", "--resume", "piped", "--epochs", "2");
    expect([without.code, without.output]).toEqual([2, expect.stringContaining("the data came from standard input")]);
    expect(await fed("train", "-", "--resume", "piped", "--epochs", "2")).toMatchObject({ code: 0 });
    expect((await handgrad("evaluate", "piped")).output).toContain("the data came from standard input; give it again");
    const again = await fed("evaluate", "piped", "--data", "-");
    expect([again.code, again.output]).toEqual([0, expect.stringContaining("test: 12 rows")]);
  });
});

test("training stops with a checkpoint when the reader of its output ends, as after Ctrl-C", async () => {
  const settings = ["--target", "c", "--hidden", "4", "--epochs", "100000", "--patience", "100000", "--out", "unread"];
  const child = spawn(process.execPath, [main, "train", "data.csv", ...settings], { cwd: folder });
  child.stdout.once("data", () => {
    child.stdout.destroy();
    child.stderr.destroy();
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect([code, readdirSync(join(folder, "unread"))]).toEqual([
    130,
    expect.arrayContaining(["checkpoint.safetensors"]),
  ]);
});

test("the column to predict cannot be dropped", async () => {
  const { code, output } = await handgrad("train", "data.csv", "--target", "c", "--drop", "c");
  expect([code, output]).toEqual([2, expect.stringContaining("--drop: c is the column to predict")]);
});

describe("train refuses options of other data, and leaves no folder", () => {
  test.each([
    ["--size", ["--size", "3"], "--size: 3 is of images; this is a table"],
    ["--flip", ["--flip"], "--flip: expected images, found a table"],
    ["a recipe", ["--recipe", "speedrun"], "--recipe: expected CIFAR-100, for which speedrun is, found data.csv"],
    [
      "large batches",
      ["--batch-size", "100"],
      "batchSize: expected at most 56, the rows of data.csv (training), found 100",
    ],
  ])("%s", async (_, args, message) => {
    const { code, output } = await handgrad("train", "data.csv", "--target", "c", "--out", "refused", ...args);
    expect(code).toBe(2);
    expect(output).toContain(`error: ${message}`);
    expect((await handgrad("evaluate", "refused")).output).toContain("refused: no such run folder or model file");
  });
});
