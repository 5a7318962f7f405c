import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  exportModel,
  makeNetwork,
  modelOf,
  parseCsv,
  predictTable,
  RandomState,
  tableSource,
} from "../../src/index.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

// The Python of docs/own-data.md, word for word, where Python has onnxruntime: set HANDGRAD_PYTHON to name another one.
const python = [process.env.HANDGRAD_PYTHON, "/opt/py/bin/python", "python3"].find(
  (name) => name && spawnSync(name, ["-c", "import numpy, onnxruntime, pandas"]).status === 0,
);
const folder = temporaryFolder("handgrad-onnx-");

test.skipIf(!python)("the documented snippet gives the answers of predict", { timeout: 60_000 }, () => {
  const guide = readFileSync(new URL("../../docs/own-data.md", import.meta.url), "utf8");
  const [, snippet] = /```python\n([\s\S]*?)```/.exec(guide) ?? [];
  const lines = Array.from({ length: 60 }, (_, i) => {
    const [size, colour] = [i % 9 === 4 ? "" : (i * 7) % 31, i % 8 === 3 ? "" : ["red", "dark blue", "grün"][i % 3]];
    return `${size},${colour},${i % 2 ? "yes" : "no"}`;
  });
  const csv = ["size (cm),colour,ripe", ...lines].join("\n");
  const table = parseCsv(csv, { name: "new.csv" });
  const { preprocessing, train } = tableSource(table, { target: "ripe" });
  const layers = [{ kind: "linear", outputs: 4 }, { kind: "gelu" }, { kind: "linear", outputs: 2 }] as const;
  const { inputShape, labelNames } = train;
  const network = makeNetwork({ inputShape, layers }, { random: new RandomState(1) });
  const model = modelOf(network, { inputShape, labelNames, preprocessing });
  writeFileSync(join(folder, "model.onnx"), exportModel(model, "onnx"));
  writeFileSync(join(folder, "new.csv"), csv);
  const print = "import json\nprint(json.dumps([labels.tolist(), probabilities.tolist()]))\n";
  const { stdout, stderr } = spawnSync(python as string, ["-c", snippet + print], { cwd: folder, encoding: "utf8" });
  expect(stdout, stderr).toContain("[");
  const [labels, probabilities]: [string[], number[][]] = JSON.parse(stdout);
  const answers = predictTable(model, table);
  if (answers.kind !== "category") throw new Error("expected classes");
  answers.rankings.forEach((ranking, row) => {
    expect(labels[row]).toBe(ranking[0].label);
    for (const { label, probability } of ranking)
      expect(Math.abs(probabilities[row][labelNames.indexOf(label)] - probability)).toBeLessThan(1e-5);
  });
});
