import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { encodeModel, makeNetwork, modelOf, RandomState } from "../../src/node.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { handgradIn } from "./process.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder("handgrad export ");
const fixtures = new URL("../fixtures/", import.meta.url);

beforeAll(() => {
  const network = makeNetwork(
    { inputShape: [3], layers: [{ kind: "linear", outputs: 2 }] },
    { random: new RandomState(1) },
  );
  const features = [
    { kind: "number", name: "size \u001b[31m", mean: 1, deviation: 2, indicator: false },
    { kind: "category", name: "colour", values: ["red", "blue"] },
  ] as const;
  const target = { kind: "category", name: "ripe", values: ["no", "yes"] } as const;
  const preprocessing = { kind: "table", features, target, ignored: [] } as const;
  const model = modelOf(network, { inputShape: [3], labelNames: ["no", "yes"], preprocessing });
  writeFileSync(join(folder, "my model.safetensors"), encodeModel(model));
  cpSync(new URL("torch/rows.safetensors", fixtures), join(folder, "w.safetensors"));
  cpSync(new URL("formats/relu.onnx", fixtures), join(folder, "relu.onnx"));
  writeFileSync(join(folder, "random.bin"), Uint8Array.of(7, 200, 3, 250, 90, 1, 17, 99, 2));
});

const layers = JSON.stringify([
  { kind: "linear", outputs: 8 },
  { kind: "batchNorm" },
  { kind: "relu" },
  { kind: "linear", outputs: 8 },
  { kind: "layerNorm" },
  { kind: "tanh" },
  { kind: "linear", outputs: 3 },
]);

test("what export and import print", async () => {
  const said = async (...args: string[]) => {
    const { code, output } = await handgradIn(folder, args);
    expect(code, output).toBe(0);
    return output;
  };
  const onnx = await said("export", "my model.safetensors", "--out", "model.onnx");
  expect(onnx.split("\n").slice(1, -1)).toEqual([
    "inputs   size \\u{1b}[31m  float (batch, 1)",
    "         colour  string (batch, 1)",
    "outputs  logits  float (batch, 2)",
    "         probabilities  float (batch, 2)",
    "         label  string (batch)",
  ]);
  expect(await said("export", "my model.safetensors", "--out", "raw.onnx", "--raw")).toContain(
    "features  float (batch, 3)",
  );
  expect(await said("export", "my model.safetensors", "--out", "model.ts")).toMatch(
    /^model\.ts: TypeScript, [\d,]+ bytes/,
  );
  expect(readFileSync(join(folder, "model.ts"), "utf8")).toContain("export function predict(rows: readonly Row[])");
  expect(await said("export", "my model.safetensors", "--format", "pytorch", "--out", "p.safetensors")).toContain(
    '    nn.Linear(3, 2),\n)\nmodel.load_state_dict(load_file("p.safetensors"))',
  );
  await said("export", "my model.safetensors", "--html", "a page.html", "--title", "Ripe & <ready>");
  expect(readFileSync(join(folder, "a page.html"), "utf8")).toContain("<h1>Ripe &amp; &lt;ready&gt;</h1>");

  const from = ["import", "w.safetensors", "--layers", layers, "--columns", "a,b,c,d,e,f", "--labels", "x,y,z"];
  const imported = await said(...from, "--out", "imported");
  expect(imported).toContain("0.weight (8, 6) → fc1_w (6, 8), transposed\n");
  expect(imported).toContain("note: not needed: 1.num_batches_tracked");
  writeFileSync(join(folder, "rows.csv"), "a,b,c,d,e,f\n1,2,3,4,5,6\n0,0,0,0,0,0\n");
  expect(await said("predict", "imported", "rows.csv", "--json")).toMatch(/"label":"[xyz]"/);
  expect(await said("import", "w.safetensors", "--like", "imported", "--out", "again")).toContain("7 layers, 3 labels");
});

const refused: [args: string[], message: string][] = [
  [["export", "my model.safetensors"], "expected --out FILE or --html FILE"],
  [["export", "my model.safetensors", "--out", "model.xyz"], "the format (safetensors, npz, onnx, json"],
  [["export", "my model.safetensors", "--out", "x.json", "--raw"], "--raw: expected the format onnx, found json"],
  [["export", "my model.safetensors", "--html", "x.html", "--out", "y"], "--html: expected no --out"],
  [["export", "relu.onnx", "--html", "x.html"], "an ONNX model written by handgrad; .*import it first"],
  [["predict", "relu.onnx", "random.bin"], "expected a run folder or a model file of Handgrad"],
  [["evaluate", "random.bin"], "random.bin: a file of an unknown kind; expected a run folder"],
  [["import", "random.bin"], "random.bin: a file of an unknown kind; expected a model in one of the formats"],
  [["import", "w.safetensors"], "w.safetensors: a safetensors file, but not a model of Handgrad; .*--like RUN"],
  [["import", "w.safetensors", "--labels", "a,b"], "labels: expected --layers beside it"],
  [["import", "w.safetensors", "--layers", layers], "the number of inputs is unknown with layers as JSON"],
  [["import", "w.safetensors", "--layers", "6,8,3"], "the weights do not fit the network"],
  [["import", "random.bin", "--layers", "6,3"], "random.bin: a file of an unknown kind; expected weights as"],
];

test("what cannot be done is refused in one line, and nothing is written", async () => {
  const before = readdirSync(folder);
  const refuse = async ([args, message]: (typeof refused)[number]) => {
    const { code, output } = await handgradIn(folder, args);
    expect(code, output).not.toBe(0);
    expect(output).toMatch(new RegExp(message.replace(/[()]/g, "\\$&")));
    expect(output).not.toMatch(/\n {4}at /);
  };
  // two at a time, as there are at least two cores
  for (let i = 0; i < refused.length; i += 2) await Promise.all(refused.slice(i, i + 2).map(refuse));
  expect(readdirSync(folder)).toEqual(before);
});
