import { problem1Report } from "../../assignment/report/report.ts";
import type { Problem1Results } from "../../assignment/report/results.ts";
import { comparisonReport, type LinesFigure, markup, type Report } from "../../src/report/index.ts";
import { namedCrossValidation, namedLearningRate, namedSweep } from "./namedExperiments.ts";
import { namedRun } from "./namedRun.ts";

const curves = { loss: [3, 2, 1], trainAccuracy: [0.1, 0.2], valAccuracy: [0.1, 0.3] };

/** Runs with a name, settings, a rule and folders called `name`. */
function namedComparison(name: string): Report {
  const scores = { metric: "accuracy" as const, trainScore: curves.trainAccuracy, valScore: curves.valAccuracy };
  const rest = { loss: curves.loss, ...scores, seconds: 1, standIn: true, stopped: true };
  const runs = [0, 1, 2].map((i) => ({
    ...rest,
    name: `${name}${i}`,
    config: {
      shared: name,
      [`key ${name}`]: name,
      optimizer: i === 2 ? "adam" : `of ${name}`,
      nested: { [name]: i === 2 },
      seed: i,
    },
    rule: name,
  }));
  return comparisonReport(runs);
}

/** A lab whose classes, checks, kernels and settings are called `name`. */
function namedLab(name: string): Report {
  const config = { learningRate: 0.1, layers: [2, 2], trainImages: 4, batchSize: 2, seed: 1, optimizer: name };
  const parameters = { count: 4, sumOfMagnitudes: 1, norm: 1, largest: 1, below: [0.1, 0.5] };
  const reference = {
    rows: 2,
    equalRows: 1,
    publishedRows: 2,
    equalPublishedRows: 1,
    losses: 2,
    largestLossDifference: 1e-9,
  };
  const published = { trainAccuracy: [0.1, 0.2], valAccuracy: [0.1, 0.2] };
  const run = { ...curves, config, rule: name, lambda: 0.1, bestEpoch: 1, parameters, reference, published };
  const sections = ["FC forward", "small network", `dropout network ${name}`, "SGD step", "Adam step"];
  const normalization = { mean: [0, 0, 0], deviation: [1, 1, 1] };
  const wrong = [{ row: 0, label: 0, predicted: 1, probability: 0.9, rgb: "AAAA" }];
  const training = { epochs: 2, trainImages: 4, validationImages: 4 };
  const results: Problem1Results = {
    format: "handgrad problem1",
    version: 1,
    plan: { quick: false, tinynet: training, comparison: training },
    kernels: name,
    checks: {
      checks: sections.map((section, i) => ({
        section,
        quantity: `${name}${i}`,
        ours: 1,
        published: 1,
        passed: i > 0,
      })),
      gelu: { x: [-1, 0, 1], value: [0, 0, 1], derivative: [0, 0.5, 1] },
    },
    data: {
      ...{ standIn: false, labelNames: [`${name}0`, `${name}1`], inputShape: [1, 1, 3] },
      ...{ images: { train: 4, validation: 4 }, measured: normalization, used: normalization },
    },
    tinynet: {
      run,
      parametersEqual: true,
      validation: { accuracy: 0.5, loss: 1 },
      test: { images: 4, accuracy: 0.5, loss: 1, wrong, confusion: [[1, 1], [2, 0]] }, // biome-ignore format: a matrix
      weights: { units: [0], width: 1, height: 1, rgb: ["AAAA"] },
    },
    runs: { sgd: run, sgdw: run, l1: run, l1pub: run, l2: run, adamw: run, adaml2: run },
    decay: { largestParameterDifference: 0, largestParameter: 1, magnitudeThresholds: [1e-3, 1] },
  };
  return problem1Report(results);
}

/** A document with a name in every place for text. */
export function namedDocument(name: string): Report {
  const text = { caption: name, description: name };
  const series = [0, 1].map((style) => ({ name: `${name}${style}`, style, points: [[0, 1], [1, style]] as const })); // biome-ignore format: points
  const panel = { x: { title: name }, y: { title: name }, series };
  const lines: LinesFigure = { kind: "lines", id: "lines", ...text, panels: [panel] };
  const tile = { rgb: "AAAA", width: 1, height: 1, lines: [name, name] };
  return {
    title: name,
    subtitle: name,
    warnings: [name, markup`**${name}**`],
    headline: { name, value: name, text: name, verdict: { kind: "good", text: name } },
    footer: name,
    summary: [[name, name]],
    parts: [
      {
        title: name,
        sections: [
          {
            id: "section",
            title: name,
            blocks: [
              { kind: "task", text: name },
              { kind: "text", text: name },
              { kind: "text", text: markup`a ${name} **b ${name}** \`${name}\` $\lambda_1$` },
              { kind: "list", items: [name, markup`${name}`] },
              { kind: "question", question: name, answer: [name, markup`**${name}**`] },
              { kind: "table", caption: name, columns: [{ title: name }, { title: name, align: "right" }], rows: [[name, markup`\`${name}\``], [true, name]] }, // biome-ignore format: a table
              { kind: "figure", figure: lines },
              { kind: "figure", figure: { ...lines, id: "marked", panels: [{ ...panel, marks: [{ x: 0, name }] }] } },
              { kind: "figure", figure: { kind: "bars", id: "bars", ...text, axis: { title: name }, draw: "bars", rows: [{ name, value: 1, interval: [0, 2], text: name, style: 0 }] } }, // biome-ignore format: a figure
              { kind: "figure", figure: { kind: "parallel", id: "parallel", ...text, names: [name], scoreName: name, rows: [{ values: [name], score: 1 }, { values: ["b"], score: 2 }] } }, // biome-ignore format: a figure
              { kind: "table", columns: [{ title: "" }, { title: "" }], rows: [[name, name]] },
              { kind: "folded", title: name, blocks: [{ kind: "text", text: name }] },
              { kind: "code", lines: [name, name] },
              { kind: "figure", figure: { ...lines, id: "two", panels: [panel, panel, panel] } },
              { kind: "figure", figure: { kind: "confusion", id: "confusion", ...text, labels: [name, name], counts: [[1, 0], [0, 1]] } }, // biome-ignore format: a matrix
              { kind: "figure", figure: { kind: "images", id: "images", ...text, tiles: [tile], columns: { wide: 2, narrow: 1 } } }, // biome-ignore format: a figure
            ],
          },
        ],
      },
    ],
  };
}

export const namedReports = {
  sweep: namedSweep,
  crossValidation: namedCrossValidation,
  learningRate: namedLearningRate,
  comparison: namedComparison,
  lab: namedLab,
  document: namedDocument,
  classification: (name: string): Report => namedRun(name, "classification"),
  regression: (name: string): Report => namedRun(name, "regression"),
};
