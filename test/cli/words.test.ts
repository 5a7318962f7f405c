import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";

// A table whose answer is in the words of a column of texts that are all different, from training to every way to use the model.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const folder = temporaryFolder("handgrad-words-");
const main = resolve(import.meta.dirname, "../../cli/main.ts");
const at = (name: string) => join(folder, name);
const handgrad = (args: string) =>
  spawnSync(process.execPath, [main, ...args.split(" ")], { cwd: folder, encoding: "utf8" });

const makers = { Japan: ["Toyota", "Datsun"], USA: ["FORD", "Dodge"], Italy: ["Fiat", "Alfa Romeo"] };
const rows = Array.from({ length: 300 }, (_, i) => {
  const [origin, names] = Object.entries(makers)[i % 3];
  return `"${names[(i >> 2) % 2]}, no. ${i * 7}",${(i * 37) % 101},${origin}`;
});

beforeAll(() => {
  writeFileSync(at("cars.csv"), `${["name,power,origin", ...rows].join("\n")}\n`);
  writeFileSync(at("new.csv"), 'name,power\n"ford (used)",5\nDODGE,5\n2 fiats,7\nalfa-romeo,9\n');
  const { status, stdout, stderr } = handgrad("train cars.csv --target origin --epochs 20 --out run");
  expect(status, stderr).toBe(0);
  expect(stdout).toContain("name: too varied for categories, but 7 words are related to origin and become inputs");
}, 120_000);

test("data info says which words repeat, and that IDs are not used", () => {
  const { stdout } = handgrad("data info cars.csv");
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(
    "name has 300 different texts; those of its 7 repeated words (fiat, toyota, dodge, ford, alfa, …) that are related to the target become inputs; --types name=text leaves the column out",
  );
  writeFileSync(
    at("ids.csv"),
    `id,y\n${rows.map((_, i) => `${((i + 9) * 2654435761).toString(36)}x,${i % 2}`).join("\n")}\n`,
  );
  expect(handgrad("data info ids.csv").stdout).toContain(
    "id has 300 different texts, too many to be categories, so it is not used",
  );
});

test("the test rows are answered by the words", () => {
  const { stdout } = handgrad("evaluate run --json -");
  expect(JSON.parse(stdout).accuracy).toBe(1);
  const report = readFileSync(at("run/report.html"), "utf8");
  expect(report).toContain("text, 7 words");
  const { importance } = JSON.parse(readFileSync(at("run/evaluation.json"), "utf8")).test;
  // for the column, not for each word
  expect(importance.drops.map(({ name }: { name: string }) => name).sort()).toEqual(["name", "power"]);
});

test("predict, and the model as ONNX and back, give the same answers and one warning", () => {
  const { stdout, stderr } = handgrad("predict run new.csv --out -");
  const labels = stdout
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[1]);
  expect([labels[0], labels[1], labels[3]]).toEqual(["USA", "USA", "Italy"]);
  expect(stderr).toBe(
    "warning: new.csv: name: 1 row of 4 has no word that the model knows (0 % in training), such as 2 fiats in row 4\n",
  );
  expect(handgrad("export run --out model.onnx").status).toBe(0);
  expect(handgrad("import model.onnx --out back.safetensors").status).toBe(0);
  expect(handgrad("predict back.safetensors new.csv --out -").stdout).toBe(stdout);
  expect(handgrad("export run --html page.html").status).toBe(0);
});

test("--types overrides the decision both ways", () => {
  const inputs = (types: string) => {
    const { stdout, stderr } = handgrad(
      `train cars.csv --target origin --epochs 1 --hidden 4 --no-report --types ${types}`,
    );
    return `${stdout}${stderr}`.match(/^(?:inputs|not used|note +name).*$/gm)?.join("\n");
  };
  expect(inputs("name=text")).toMatch(/^inputs {4}1 column as 1 number\nnot used {2}name: \d+ different texts$/);
  expect(inputs("name=category")).toMatch(/^inputs {4}2 columns as 21\d numbers$/);
  expect(inputs("name=words,power=words")).toMatch(
    /^inputs {4}2 columns as \d+ numbers\nnote {6}name: 7 of its words become inputs \(/,
  );
  const { status, stderr } = handgrad("train cars.csv --target origin --types name=word");
  expect(status).toBe(2);
  expect(stderr).toContain("text, category, words");
});
