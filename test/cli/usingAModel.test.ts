import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { RandomState } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

// Each command is a process of its own, and a busy machine takes seconds to start one
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = temporaryFolder("handgrad-using-");
const main = resolve(import.meta.dirname, "../../cli/main.ts");
const at = (name: string) => join(folder, name);

function handgrad(args: string, input?: string) {
  return spawnSync(process.execPath, [main, ...args.split(" ")], { cwd: folder, encoding: "utf8", input });
}

const random = new RandomState(2);
const number = () => random.uniform(-1, 1).toFixed(3);
const row = () => {
  const [x, y] = [number(), number()];
  const colour = Number(x) > 0 ? "red" : "blue";
  return {
    x,
    y,
    colour,
    kind: Number(x) + Number(y) > 0 ? "up" : "down",
    sum: (10 * Number(x) + Number(y)).toFixed(3),
  };
};
const csv = (rows: readonly object[]) =>
  `${[Object.keys(rows[0]), ...rows.map(Object.values)].map((cells) => cells.join(",")).join("\n")}\n`;
const fresh = Array.from({ length: 40 }, row);

beforeAll(() => {
  writeFileSync(at("train.csv"), csv(Array.from({ length: 300 }, row).map(({ sum: _, ...rest }) => rest)));
  writeFileSync(at("sums.csv"), csv(Array.from({ length: 300 }, row).map(({ kind: _, ...rest }) => rest)));
  writeFileSync(at("fresh.csv"), csv(fresh));
  writeFileSync(at("unlabelled.csv"), csv(fresh.map(({ kind: _, sum: __, ...rest }) => rest)));
  expect(handgrad("train train.csv --target kind --epochs 30 --out kinds").status).toBe(0);
});

describe("predict", () => {
  test("takes a file that holds the labels, says that they are not used, and answers the same without them", () => {
    const [withLabels, without] = ["fresh.csv", "unlabelled.csv"].map((file) =>
      handgrad(`predict kinds ${file} --out -`),
    );
    expect(withLabels.stdout).toBe(without.stdout);
    expect(withLabels.stderr).toContain(
      "note: fresh.csv: the column kind is the target and is not used; to score the predictions: handgrad evaluate kinds fresh.csv\n",
    );
    expect(withLabels.stderr).toContain(
      "note: fresh.csv: 1 column is not used, because the model has no such input: sum\n",
    );
    expect(without.stderr).toBe("");
  });

  test("writes a probability for each class, which are 1 together, from standard input too", () => {
    const { status, stdout } = handgrad("predict kinds - --out -", readFileSync(at("fresh.csv"), "utf8"));
    expect(status).toBe(0);
    const [header, ...lines] = stdout.trim().split("\n");
    expect(header).toBe("row,kind,probability,probability down,probability up");
    expect(lines).toHaveLength(40);
    for (const line of lines) {
      const [, kind, best, down, up] = line.split(",");
      expect(Number(down) + Number(up)).toBeCloseTo(1, 4);
      expect(Number(best)).toBe(Number(kind === "up" ? up : down));
    }
  });

  test("--keep writes columns of the input beside the answers", () => {
    const some = handgrad("predict kinds fresh.csv --keep sum,kind --out -").stdout.split("\n");
    expect(some[0]).toBe("row,sum,kind,predicted kind,probability,probability down,probability up");
    expect(some[1].startsWith(`2,${Number(fresh[0].sum)},${fresh[0].kind},`)).toBe(true);
    expect(handgrad("predict kinds fresh.csv --keep all --out all.csv").stdout).toBe("40 rows: all.csv\n");
    expect(readFileSync(at("all.csv"), "utf8")).toMatch(/^row,x,y,colour,kind,sum,predicted kind,/);
    const [line] = handgrad("predict kinds fresh.csv --keep colour --json").stdout.split("\n");
    expect(JSON.parse(line)).toMatchObject({ row: 2, input: { colour: fresh[0].colour } });
    const unknown = handgrad("predict kinds fresh.csv --keep color --out -");
    expect([unknown.status, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toContain('found color; did you mean "colour"?');
  });

  test("warns of what training did not have", () => {
    writeFileSync(at("odd.csv"), "x,y,colour\n500,0,red\n0,,green\n");
    const { status, stderr } = handgrad("predict kinds odd.csv");
    expect(status).toBe(0);
    expect(stderr).toMatch(/^warning: odd\.csv: x: 1 row has a number far outside .*, such as 500 in row 2$/m);
    expect(stderr).toMatch(/^warning: odd\.csv: y: missing in 1 row/m);
    expect(stderr).toMatch(/^warning: odd\.csv: colour: 1 row has a category .*, such as green in row 3$/m);
    expect(handgrad("predict kinds odd.csv -q").stderr).toBe("");
  });

  test("a header that differs in case is named; a file without rows is refused in one line", () => {
    writeFileSync(at("case.csv"), "X,y,colour\n1,1,red\n");
    expect(handgrad("predict kinds case.csv").stderr).toContain(
      'expected the column x ("X" differs only in case or spaces)',
    );
    writeFileSync(at("none.csv"), "x,y,colour\n");
    const { status, stderr } = handgrad("predict kinds none.csv");
    expect([status, stderr]).toEqual([1, "error: none.csv: expected rows below the header, found none\n"]);
  });
});

describe("evaluate", () => {
  test("scores all labelled rows; those that cannot be scored are counted", () => {
    const rows = [...fresh, { ...row(), kind: "sideways" }, { ...row(), kind: "" }];
    writeFileSync(at("labelled.csv"), csv(rows));
    const { status, stdout, stderr } = handgrad("evaluate kinds labelled.csv");
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^2 rows cannot be scored:\n/);
    expect(stdout).toContain('1 row: kind is "sideways", which is not a class of the model (first in row 42)');
    expect(stdout).toContain("1 row: kind is missing (first in row 43)");
    expect(stdout).toMatch(/labelled\.csv: 40 rows\n {2}accuracy +[\d.]+ %, 95 % interval [\d.]+ to [\d.]+ %/);
    expect(stdout).toMatch(/true \\ predicted +down +up\n/);
    const json = JSON.parse(handgrad("evaluate kinds labelled.csv --json").stdout);
    const predicted = handgrad("predict kinds labelled.csv --out -").stdout.split("\n").slice(1, 41);
    const right = predicted.filter((line, i) => line.split(",")[1] === fresh[i].kind).length;
    expect(json).toMatchObject({ data: "labelled.csv", rows: 40, accuracy: right / 40 });
    expect(json.metrics.confusion.flat().reduce((a: number, b: number) => a + b)).toBe(40);
    expect(json.unusable).toHaveLength(2);
  });

  test("a regression has its errors in the units of the target", () => {
    expect(handgrad("train sums.csv --target sum --epochs 20 --no-baseline --out sums").status).toBe(0);
    const { stdout } = handgrad("evaluate sums fresh.csv");
    expect(stdout).toMatch(/R² +0\.9\d+, 95 % interval/);
    expect(stdout).toContain("all in the units of sum");
    const { metrics } = JSON.parse(handgrad("evaluate sums - --json", readFileSync(at("fresh.csv"), "utf8")).stdout);
    const values = handgrad("predict sums fresh.csv --out -").stdout.split("\n").slice(1, 41);
    const errors = values.map((line, i) => Math.abs(Number(line.split(",")[1]) - Number(fresh[i].sum)));
    expect(metrics.meanAbsoluteError).toBeCloseTo(errors.reduce((a, b) => a + b) / 40, 4);
    expect(metrics.maxError).toBeCloseTo(Math.max(...errors), 4);
  });

  test("on the data of training warns", () => {
    expect(handgrad("evaluate kinds train.csv").stderr).toContain(
      "warning: the model was trained on rows of this data",
    );
  });

  test("DATA, --data and --part exclude each other", () => {
    for (const args of ["fresh.csv --data train.csv", "fresh.csv --part train"])
      expect(handgrad(`evaluate kinds ${args}`).status).toBe(2);
  });
});

test("images: a folder for each class, one unknown to the model; a picture that is broken", async () => {
  const draw = (level: number, file: string) =>
    sharp({ create: { width: 9, height: 9, channels: 3, background: { r: level, g: level, b: level } } })
      .png()
      .toFile(at(file));
  for (const [name, level] of [
    ["dark", 40],
    ["light", 200],
  ] as const) {
    for (const part of ["pictures", "more"]) {
      mkdirSync(at(`${part}/${name}`), { recursive: true });
      for (let i = 0; i < (part === "more" ? 5 : 20); i++) await draw(level + i, `${part}/${name}/${i}.png`);
    }
  }
  mkdirSync(at("more/grey"));
  for (const i of [0, 1]) await draw(120 + i, `more/grey/${i}.png`);
  expect(handgrad("train pictures --size 8 --epochs 10 --no-baseline --out shades").status).toBe(0);
  const { stdout } = handgrad("evaluate shades more");
  expect(stdout).toContain('2 rows: the class is "grey", which is not a class of the model');
  expect(stdout).toContain("more: 10 rows");
  writeFileSync(at("more/dark/broken.png"), "no picture");
  const predicted = handgrad("predict shades more/dark --out -");
  expect(predicted.status).toBe(1);
  expect(predicted.stderr).toMatch(/^error: more\/dark\/broken\.png: /m);
  expect(predicted.stdout).toMatch(
    /^file,label,probability,probability dark,probability light\nmore\/dark\/0\.png,dark,/,
  );
  expect(predicted.stdout.trim().split("\n")).toHaveLength(6);
});
