import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import {
  type DataSource,
  datasetOf,
  exportTypescript,
  fit,
  imageSource,
  type Model,
  modelOfRun,
  predictImages,
  predictTable,
  prepareRun,
  RandomState,
  settingsFor,
  tableOf,
  tableSource,
} from "../../src/index.ts";
import { folderInPackage } from "../temporaryFolder.ts";

// Modules are written below the package, where its own name can be imported.
const root = resolve(import.meta.dirname, "../..");
const folder = folderInPackage("export-typescript-");

async function trained(source: DataSource): Promise<Model> {
  const settings = settingsFor(source, { given: { epochs: 2 }, hidden: [5] });
  const { best } = await fit(prepareRun(source, settings));
  if (!best) throw new Error("no epoch was finished");
  return modelOfRun(source, settings, best);
}

/** What a program prints that imports the module. */
function run(name: string, model: Model, program: string): unknown {
  writeFileSync(join(folder, `${name}.ts`), exportTypescript(model));
  writeFileSync(join(folder, `${name}.run.ts`), `import * as exported from "./${name}.ts";\n${program}\n`);
  const output = execFileSync(process.execPath, ["--conditions=handgrad-source", join(folder, `${name}.run.ts`)], {
    encoding: "utf8",
  });
  return JSON.parse(output);
}

const random = new RandomState(7);
const rows = 60;
const numbers = Float64Array.from({ length: rows }, () => random.randn());
const hostile = `a "b" */ \u2028 </script> \${x} \`\\`;
const columns = {
  [hostile]: numbers,
  kind: Array.from({ length: rows }, (_, row) => ["x", "y", "*/ z"][row % 3]),
  when: Array.from({ length: rows }, (_, row) => `2024-0${1 + (row % 9)}-1${row % 10}`),
  size: Float64Array.from(numbers, (value, row) => 2 * value + (row % 3)),
  "the <b>class": Array.from(numbers, (value) => (value > 0 ? 'yes"' : "no")),
};
const asked = [{ [hostile]: 0.25, kind: "y", when: "2024-03-14" }, { kind: "unknown" }, {}];
const table = tableOf("asked", {
  [hostile]: Float64Array.from(asked, (row) => (row as Record<string, number>)[hostile] ?? Number.NaN),
  kind: asked.map(({ kind = "" }) => kind),
  when: asked.map(({ when = "" }) => when),
  size: Float64Array.from(asked, () => Number.NaN),
});

test("a classifier of rows predicts the same from its module, with hostile names", async () => {
  const model = await trained(tableSource(tableOf("t", columns), { target: "the <b>class" }));
  const found = run(
    "classes",
    model,
    `console.log(JSON.stringify([exported.target, exported.predict(${JSON.stringify(asked)})]));`,
  );
  const expected = predictTable(model, table);
  expect(found).toEqual(["the <b>class", expected.kind === "category" ? expected.rankings : undefined]);
});

test("a regression without dates takes the small entry, and leaves out how it was trained", async () => {
  const { when: _, "the <b>class": __, ...others } = columns;
  const model = await trained(tableSource(tableOf("/home/someone/t.csv", others), { target: "size" }));
  const code = exportTypescript(model);
  expect(code).toContain('from "handgrad/predict"');
  const weights = [...code.matchAll(/^ {2}"([A-Za-z0-9+/=]+)"/gm)].map(([, line]) => line).join("");
  expect(atob(weights)).toContain("handgrad");
  expect(atob(weights)).not.toContain("someone");
  const found = run("numbers", model, `console.log(JSON.stringify(exported.predict(${JSON.stringify(asked)})));`);
  const expected = predictTable(model, table);
  expect(found).toEqual(expected.kind === "number" ? Array.from(expected.values) : undefined);
});

test("a classifier of images", async () => {
  const inputs = Uint8Array.from({ length: 40 * 12 }, (_, i) => (i * 31) % 256);
  const labels = Int32Array.from({ length: 40 }, (_, i) => i % 2);
  const set = { name: "dots", inputs, inputShape: [2, 2, 3], labels, labelNames: ["cats", 'do"gs'] };
  const model = await trained(imageSource(set));
  const images = [inputs.slice(0, 12), inputs.slice(12, 24)];
  const program = `const images = ${JSON.stringify(images.map((image) => [...image]))}.map((image: number[]) => Uint8Array.from(image));
console.log(JSON.stringify([exported.inputShape, exported.labels, exported.predict(images)]));`;
  const found = run("images", model, program);
  expect(found).toEqual([{ height: 2, width: 2, channels: 3 }, ["cats", 'do"gs'], predictImages(model, images)]);
});

test("modules compile with the strictest settings", { timeout: 60_000 }, () => {
  const options = {
    ...{ target: "es2024", module: "nodenext", lib: ["es2024", "dom", "dom.iterable"], types: ["node"], noEmit: true },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
    ...{ customConditions: ["handgrad-source"], allowImportingTsExtensions: true },
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, include: ["*.ts"], exclude: ["*.run.ts"] }),
  );
  const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
  expect(stdout.split("\n").filter((line) => line.includes("export-typescript-"))).toEqual([]);
});

test("refuses a model that takes encoded numbers", () => {
  const set = datasetOf({ inputs: [[0], [1]], labels: [0, 1] });
  expect(set.inputShape).toEqual([1]);
  const model = {
    network: { inputShape: [1], layers: [] },
    normalization: { mean: [], deviation: [] },
  } as unknown as Model;
  expect(() => exportTypescript(model)).toThrow("expected a model of tables or images");
});
