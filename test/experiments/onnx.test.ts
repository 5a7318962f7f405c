import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  exportModel,
  importModel,
  type Model,
  makeNetwork,
  modelOf,
  onnxValues,
  predictImages,
  predictTable,
  RandomState,
  restoreNetwork,
  type Table,
  type TablePreprocessing,
  Tensor,
  tableOf,
} from "../../src/index.ts";
import fc from "../properties.ts";

// ONNX files with their preprocessing, and what onnxruntime makes of raw rows and images: fixtures/onnx/make.py
const fixture = (name: string) => readFileSync(new URL(`../fixtures/onnx/${name}`, import.meta.url));
type Values = Readonly<Record<string, readonly (number | string | null)[]>>;
const oracle: Record<string, { inputs: Values; outputs: Values }> = JSON.parse(fixture("onnxruntime.json").toString());
const files = Object.keys(oracle);
const read = (name: string): Promise<Model> => importModel(fixture(name), { name });

/** The raw rows that onnxruntime was given, as a file would hold them. */
function rowsOf(inputs: Values): Table {
  const columns = Object.entries(inputs).map(([name, cells]) => {
    const numeric = cells.every((cell) => typeof cell !== "string");
    return [name, numeric ? Float64Array.from(cells, (cell) => cell ?? Number.NaN) : (cells as string[])] as const;
  });
  return tableOf("rows", Object.fromEntries(columns));
}

function expectClose(ours: ArrayLike<number>, theirs: readonly unknown[], scale = 1) {
  expect(ours).toHaveLength(theirs.length);
  const differences = Array.from(ours, (value, i) => {
    return Math.abs(value - (theirs[i] as number)) / Math.max(scale, Math.abs(value));
  });
  expect(Math.max(...differences)).toBeLessThan(1e-5);
}

test.each(files)("%s: what onnxruntime ran is what is written today, and comes back to the bit", async (name) => {
  const model = await read(name);
  const behindVersion = (file: Buffer) => file.subarray(file.indexOf("inputs\n"));
  expect(behindVersion(Buffer.from(exportModel(model, "onnx")))).toEqual(behindVersion(fixture(name)));
});

describe("answers for raw rows are those of onnxruntime, to 1e-5", () => {
  test("classes: names as they are, missing values, unseen categories, timestamps, dates", async () => {
    const { inputs, outputs } = oracle["classes.onnx"];
    const model = await read("classes.onnx");
    const answers = predictTable(model, rowsOf(inputs));
    if (answers.kind !== "category") throw new Error("expected classes");
    const { labelNames } = model;
    const p = answers.rankings.flatMap((ranking) =>
      labelNames.map((name) => ranking.find(({ label }) => label === name)?.probability ?? Number.NaN),
    );
    expectClose(p, outputs.probabilities);
    // a column is called "label", so the output has another name
    expect(answers.rankings.map(([best]) => best.label)).toEqual(outputs.label_output);
    expect(onnxValues(model).inputs.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "length (mm): float",
      "year: float",
      "Zürich 東京 😀: float",
      "time: double",
      "fc1_w: float",
      "label: string",
      "island <b>: string",
      "handgrad/x: float",
      "day: string",
      "seen at: string",
    ]);
  });

  test("regression: one output in the units of the target, named after it", async () => {
    const { inputs, outputs } = oracle["regression.onnx"];
    const answers = predictTable(await read("regression.onnx"), rowsOf(inputs));
    if (answers.kind !== "number") throw new Error("expected numbers");
    expect(Object.keys(outputs)).toEqual(["mass (g)"]);
    expectClose(answers.values, outputs["mass (g)"], 1000);
  });

  test("words of texts in any case and script, and next to marks", async () => {
    const { inputs, outputs } = oracle["words.onnx"];
    const model = await read("words.onnx");
    const rows = rowsOf(inputs);
    const answers = predictTable(model, rows);
    if (answers.kind !== "category") throw new Error("expected classes");
    const p = answers.rankings.flatMap((ranking) =>
      model.labelNames.map((name) => ranking.find(({ label }) => label === name)?.probability ?? Number.NaN),
    );
    expectClose(p, outputs.probabilities);
    // All new rows have the same size, so that rows with the same known words have the same answers
    const names = inputs.name as string[];
    const answerTo = (name: string) => p.slice(3 * names.lastIndexOf(name), 3 * names.lastIndexOf(name) + 3);
    expect(answerTo("toyotas")).toEqual(answerTo("de luxe"));
    expect(answerTo("(ford)")).toEqual(answerTo("İ ford"));
    expect(answerTo("ford\u0301")).toEqual(answerTo("東京都"));
    expect(answerTo("(ford)")).not.toEqual(answerTo("toyotas"));
    expect(answerTo("οδος")).toEqual(answerTo("Οδοσ."));
    expect(answerTo("οδος")).not.toEqual(answerTo("toyotas"));
  });

  test.each([
    ["bytes, normalized in three roundings", "images.onnx"],
    ["convolutions and pools with strides, padding on one side, dilation and groups", "convolution.onnx"],
  ])("images: %s", async (_, file) => {
    const { inputs, outputs } = oracle[file];
    const model = await read(file);
    const bytes = Uint8Array.from(inputs.images as number[]);
    const images = Array.from({ length: 6 }, (_, i) => bytes.subarray(60 * i, 60 * (i + 1)));
    const rankings = predictImages(model, images);
    const p = rankings.flatMap((ranking) =>
      model.labelNames.map((name) => ranking.find(({ label }) => label === name)?.probability ?? Number.NaN),
    );
    expectClose(p, outputs.probabilities);
    expect(rankings.map(([best]) => best.label)).toEqual(outputs.label);
  });

  test("many labels: a sigmoid for each", async () => {
    const { inputs, outputs } = oracle["labels.onnx"];
    const x = new Tensor([6, 5], Float32Array.from(inputs.inputs as number[]));
    const { data } = restoreNetwork(await read("labels.onnx")).forward(x);
    expectClose(
      Array.from(data, (value) => 1 / (1 + Math.exp(-value))),
      outputs.probabilities,
    );
  });
});

test("without preprocessing: the network alone, which comes back as well", async () => {
  const model = await read("classes.onnx");
  const bytes = exportModel(model, "onnx", { preprocessing: false });
  expect(onnxValues(model, { preprocessing: false })).toMatchObject({
    inputs: [{ name: "features", shape: ["batch", ...model.network.inputShape] }],
    outputs: [{ name: "logits" }],
  });
  expect(await importModel(bytes, { name: "raw.onnx" })).toEqual(model);
  expect(() => exportModel(model, "json", { preprocessing: false })).toThrow("expected the format onnx, found json");
});

test("columns of any name, also of parameters and of values of the graph, come back", async () => {
  const names = fc.oneof(
    fc.string({ minLength: 1, unit: "grapheme" }),
    fc.constantFrom("handgrad/", "logits", "label"),
  );
  const feature = fc.oneof(
    fc.record({
      kind: fc.constant("number" as const),
      mean: fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((mean) => mean + 0),
    }),
    fc.record({ kind: fc.constant("category" as const), values: fc.uniqueArray(fc.string(), { minLength: 1 }) }),
    fc.uniqueArray(fc.constantFrom("ford", "škoda", "東京", "2"), { minLength: 1 }).map((words) => ({
      ...{ kind: "words" as const, width: words.length, encoding: { words, without: 0.25, indicator: false } },
    })),
  );
  const columns = fc.uniqueArray(fc.tuple(names, feature, fc.boolean()), {
    minLength: 1,
    maxLength: 5,
    selector: ([name]) => name,
  });
  const property = fc.asyncProperty(columns, async (given) => {
    const features: TablePreprocessing["features"] = given.map(([name, one, indicator]) =>
      one.kind === "number" ? { ...one, name, deviation: 2, indicator } : { ...one, name },
    );
    const width = features.reduce((sum, one) => {
      if (one.kind === "number") return sum + (one.indicator ? 2 : 1);
      return sum + (one.kind === "category" ? one.values.length : one.width);
    }, 0);
    const layers = [{ kind: "linear", outputs: 2 }] as const;
    const network = makeNetwork({ inputShape: [width], layers }, { random: new RandomState(1) });
    const target = { kind: "category", name: "target", values: ["a", "b"] } as const;
    const preprocessing = { kind: "table", features, target, ignored: [] } as const;
    const model = modelOf(network, { inputShape: [width], labelNames: ["a", "b"], preprocessing });
    expect(await importModel(exportModel(model, "onnx"), { name: "any.onnx" })).toEqual(model);
    const values = onnxValues(model);
    expect(values.inputs.map(({ name }) => name)).toEqual(given.map(([name]) => name));
    const all = [...values.inputs, ...values.outputs].map(({ name }) => name);
    expect(new Set(all).size).toBe(all.length);
  });
  await fc.assert(property, { numRuns: 50 });
});

test("a mean of negative zero, which JSON has not, comes back as zero", async () => {
  const layers = [{ kind: "linear", outputs: 1 }] as const;
  const network = makeNetwork({ inputShape: [1], layers }, { random: new RandomState(1) });
  const features = [{ kind: "number", name: "x", mean: -0, deviation: 1, indicator: false }] as const;
  const target = { kind: "number", name: "y", mean: 0, deviation: 1 } as const;
  const preprocessing = { kind: "table", features, target, ignored: [] } as const;
  const model = modelOf(network, { inputShape: [1], answers: "numbers", labelNames: ["y"], preprocessing });
  const imported = await importModel(exportModel(model, "onnx"), { name: "zero.onnx" });
  expect(imported.preprocessing?.features).toEqual([{ ...features[0], mean: 0 }]);
});
