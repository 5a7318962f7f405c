import { expect, test } from "vitest";
import { layerKinds } from "../../src/layers/registry.ts";
import { explainModel, xorExample } from "../../src/node.ts";
import { explanationReport } from "../../src/report/explanation.ts";
import { compactNumber } from "../../src/report/figures/matrices.ts";
import { reportHtml } from "../../src/report/html.ts";
import { layerFormulas } from "../../src/report/layerFormulas.ts";
import { mathToMathml } from "../../src/report/math/mathml.ts";
import { mathToTypst } from "../../src/report/math/typstMath.ts";
import { DataError } from "../../src/tensor/errors.ts";

const { model, dataset } = xorExample(
  [{ kind: "linear", outputs: 3 }, { kind: "tanh" }, { kind: "linear", outputs: 2, name: '<b>"$x$' }],
  1,
);

test("a page has a section for each layer with its shapes, numbers and checks, and names stay text", () => {
  const explanation = explainModel(model, dataset, { rows: [0, 3] });
  const report = explanationReport(explanation, { title: "title", subtitle: "subtitle" });
  const [{ sections }] = report.parts;
  expect(sections.map(({ title }) => title)).toEqual([
    "fc1 (linear): (2, 2) → (2, 3)",
    "tanh: (2, 3) → (2, 3)",
    '<b>"$x$ (linear): (2, 3) → (2, 2)',
    "Loss: crossEntropy",
  ]);
  const figures = sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === "figure" ? [block.figure] : [])),
  );
  expect(figures).toHaveLength(6);
  const html = reportHtml(report);
  expect(html).not.toContain("<b>");
  expect(html).toContain("&lt;b&gt;");
  expect(html).not.toMatch(/undefined|NaN/);
});

test("every kind of layer has formulas that a page and a PDF can show", () => {
  expect(Object.keys(layerFormulas).sort()).toEqual(Object.keys(layerKinds).sort());
  for (const { forward, backward } of Object.values(layerFormulas)) {
    for (const { latex } of [forward, backward]) {
      expect(mathToMathml(latex, true)).toContain("<math");
      expect(mathToTypst(latex, true)).not.toBe("");
    }
  }
});

test.each([
  [0, "0"],
  [0.12345, "0.123"],
  [-12.345, "−12.35"],
  [123.45, "123.5"],
  [-1.23e-5, "−1.2e−5"],
  [123456, "1.2e5"],
])("%s as %s", (value, text) => expect(compactNumber(value)).toBe(text));

test("rows that are not there are refused", () => {
  expect(() => explainModel(model, dataset, { rows: [4] })).toThrow(DataError);
  expect(() => explainModel(model, dataset, { rows: [] })).toThrow(/found none/);
});
