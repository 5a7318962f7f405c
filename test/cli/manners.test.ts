import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";

// Each command is a process of its own, and a busy machine takes seconds to start one
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = temporaryFolder("handgrad-manners-");
const main = resolve(import.meta.dirname, "../../cli/main.ts");

function handgrad(args: string, environment: Record<string, string> = {}) {
  const { FORCE_COLOR: _, NO_COLOR: __, ...rest } = process.env;
  const env = { ...rest, ...environment };
  return spawnSync(process.execPath, [main, ...args.split(" ").filter(Boolean)], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
}

const train = "train data.csv --target c --epochs 2 --no-baseline";

beforeAll(() => {
  const rows = Array.from({ length: 80 }, (_, i) => `${i},${(i * 7) % 11},${(i * 7) % 11 > 5 ? "x" : "y"}`);
  writeFileSync(join(folder, "data.csv"), `a,b,c\n${rows.join("\n")}\n`);
  expect(handgrad(`${train} --out run`).status).toBe(0);
});

describe("exit codes", () => {
  test.each([
    ["--version", 0],
    ["help completion", 0],
    ["runs --dir nowhere", 0],
    ["predict run", 2],
    ["data", 2],
    ["completion csh", 2],
    ["completion bash surplus", 2],
    ["train data.csv", 2], // without --target
    ["train data.csv --target d", 1],
    ["runs --dir data.csv", 1],
  ])("handgrad %s: %i", (args, code) => {
    const { status, stdout, stderr } = handgrad(args);
    expect(status, stderr).toBe(code);
    expect(stderr).not.toMatch(/^ +at /m);
    if (code > 0) expect(stdout).not.toContain("error");
  });
});

test.each(["--epochs 2", "--cv 3", "--find-learning-rate"])("a number of minutes beside %s is refused", (other) => {
  const { status, stderr } = handgrad(`train data.csv --target c --minutes 1 ${other}`);
  expect(status).toBe(2);
  expect(stderr).toContain(`--minutes: expected it without ${other.split(" ")[0]}, found both`);
});

test("a number of minutes chooses the epochs, which the run keeps", () => {
  const { status, stdout, stderr } = handgrad("train data.csv --target c --minutes 0.01 --out minutes");
  expect(status, stderr).toBe(0);
  const epochs = Number(/to\s+repeat\s+it:\s+--epochs\s+(\d+)/.exec(stdout)?.[1]);
  expect(epochs).toBeGreaterThan(0);
  const { config } = JSON.parse(readFileSync(join(folder, "minutes/history.json"), "utf8"));
  expect(config.epochs).toBe(epochs);
});

test("alone, it shows the commands and the exit codes", () => {
  const { stdout } = handgrad("");
  expect(stdout).toMatch(/^Usage: handgrad COMMAND/);
  expect(stdout).toMatch(/^ {2}train\|fit +train a network/m);
  expect(stdout).toMatch(/2 wrong\nusage/);
});

describe("--quiet", () => {
  test("train prints the scores and the folder alone", () => {
    const { status, stdout, stderr } = handgrad(`${train} --quiet --out quiet`);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^\nbest epoch /);
    expect(stdout).not.toContain("data.csv: CSV");
    expect(stdout).toContain("results: ");
  });

  test("errors are printed", () => {
    expect(handgrad("train nowhere.csv --target c -q").stderr).toBe("error: nowhere.csv: no such file or folder\n");
  });

  test("damaged runs are named", () => {
    mkdirSync(join(folder, "damaged/one"), { recursive: true });
    expect(handgrad("runs --dir damaged -q").stderr).toMatch(/^damaged: .*history\.json: missing/);
  });
});

describe("--json", () => {
  test.each([
    `${train} --out json2 --json - --quiet`,
    "data info data.csv --json",
    "data info --json data.csv",
    "runs --json -",
  ])("%s: standard output is JSON alone", (args) => {
    const { status, stdout, stderr } = handgrad(args);
    expect(status, stderr).toBe(0);
    expect(() => JSON.parse(stdout)).not.toThrow();
    if (args.includes("--quiet")) expect(stderr).toBe("");
  });

  test("goes to a file whose name ends in .json", () => {
    const { status, stdout } = handgrad("data info --json info.json data.csv");
    expect([status, stdout]).toEqual([0, ""]);
    expect(JSON.parse(readFileSync(join(folder, "info.json"), "utf8"))).toMatchObject({ rows: 80 });
  });

  test("of train, runs and compare name the epoch and the score that train prints", () => {
    const { stdout, stderr } = handgrad(`${train} --epochs 12 --out same/run --json -`);
    const { metrics, interval, bestEpoch, valAccuracy } = JSON.parse(stdout);
    expect(metrics.confusion.map((row: number[]) => row.length)).toEqual([2, 2]);
    expect(interval[0]).toBeLessThan(interval[1]);
    const printed = /best epoch (\d+) of 12.*?validation accuracy +([\d.]+ %)/s.exec(stderr);
    expect(printed?.slice(1)).toEqual([String(bestEpoch + 1), `${(100 * valAccuracy[bestEpoch]).toFixed(2)} %`]);
    const row = new RegExp(`run .*${printed?.[1]} of 12 .* ${printed?.[2]} `);
    expect(handgrad("runs --dir same").stdout).toMatch(row);
    expect(JSON.parse(handgrad("runs --dir same --json").stdout)[0]).toMatchObject({
      bestEpoch: bestEpoch + 1,
      best: valAccuracy[bestEpoch],
    });
    const compared = handgrad("compare same/run --out comparison").stdout;
    expect(compared).toMatch(new RegExp(`^run +${printed?.[1]} +12 +${printed?.[2].replace(" ", ".")} `, "m"));
  });
});

describe("colours", () => {
  const begin = "\u001b[";

  test("none in a pipe, and none with NO_COLOR", () => {
    const piped = handgrad(`${train} --out c1`);
    expect(piped.stdout + piped.stderr).not.toContain(begin);
    expect(handgrad("train nowhere.csv --target c", { NO_COLOR: "1" }).stderr).not.toContain(begin);
    expect(handgrad("--help", { NO_COLOR: "1" }).stdout).not.toContain(begin);
  });

  test("with FORCE_COLOR for errors and the conclusion, whose words stay the same", () => {
    const { stderr } = handgrad("train nowhere.csv --target c", { FORCE_COLOR: "1" });
    expect(stderr).toContain(`${begin}1m${begin}31merror: `);
    expect(stripVTControlCharacters(stderr)).toBe("error: nowhere.csv: no such file or folder\n");
    expect(handgrad("--help", { FORCE_COLOR: "1" }).stdout).toContain(`${begin}1mUsage:`);
  });

  test("a name from outside has no colour of its own", () => {
    const name = "\u001b[31mred.csv";
    const { stderr } = spawnSync(process.execPath, [main, "train", name, "--target", "c"], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, FORCE_COLOR: "1", NO_COLOR: undefined },
    });
    expect(stderr).toContain("\\u{1b}[31mred.csv: no such file");
  });
});

test("a reader that goes away, such as head, leaves no message", async () => {
  for (const args of [["--help"], train.split(" ").concat("--out", "pipe")]) {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder });
    let errors = "";
    child.stdout.destroy();
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    await new Promise((done) => child.on("close", done));
    expect(errors).not.toMatch(/EPIPE|^ +at /m);
  }
});

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
  "a folder that cannot be written to is named",
  () => {
    mkdirSync(join(folder, "locked"), { mode: 0o500 });
    const { status, stderr } = handgrad(`${train} --out locked/run`);
    chmodSync(join(folder, "locked"), 0o700);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: locked/);
  },
);
