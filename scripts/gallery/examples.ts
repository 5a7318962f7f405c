import {
  datasetOf,
  type Model,
  parseCsv,
  predictOutputs,
  predictTable,
  type Sequential,
  softmax,
  type Tensor,
  type Trainer,
} from "../../src/index.ts";
import type {
  ConfusionFigure,
  Figure,
  ImagesFigure,
  LinesFigure,
  MatricesFigure,
  Tile,
} from "../../src/report/figures/figure.ts";
import { type ComparedRun, comparisonReport } from "../../src/report/index.ts";
import { smoothLoss } from "../../src/report/runFigures.ts";
import { exampleOf } from "./exampleOf.ts";

// A picture of each example that has something to see; docs/gallery.md shows them.

const side = 96;

/** Colours of classes, as red, green, blue: blue, orange, green. */
const colours = [
  [86, 154, 219],
  [230, 145, 66],
  [92, 173, 120],
] as const;

/** What a network of two inputs predicts in a square: each pixel mixes the colours of the classes by their probabilities. */
async function surface(network: Sequential, from: number, to: number): Promise<Tile> {
  const at = (i: number): number => from + ((to - from) * (i + 0.5)) / side;
  const inputs = Array.from({ length: side * side }, (_, i) => [at(i % side), at(side - 1 - Math.floor(i / side))]);
  const pixels = datasetOf({ inputs, labels: inputs.map(() => 0), labelNames: colours.map((_, i) => `class ${i}`) });
  const logits = await predictOutputs(network, pixels);
  const [rows, classes] = logits.shape;
  const shares = softmax(logits).data;
  const rgb = new Uint8Array(3 * rows);
  for (let i = 0; i < rows; i++) {
    for (let channel = 0; channel < 3; channel++) {
      let value = 0;
      for (let label = 0; label < classes; label++) value += shares[i * classes + label] * colours[label][channel];
      rgb[3 * i + channel] = Math.round(value);
    }
  }
  return { rgb: Buffer.from(rgb).toString("base64"), width: side, height: side };
}

async function surfaces(): Promise<ImagesFigure> {
  const xor = await exampleOf<{ network: Sequential }>("first-network.ts", ["network"]);
  const ring = await exampleOf<{ network: Sequential }>("network-as-data.ts", ["network"]);
  const spirals = await exampleOf<{ network: Sequential }>("normalized-network.ts", ["network"]);
  return {
    kind: "images",
    id: "surfaces",
    caption: "",
    description: "What three small networks predict in the plane: exclusive or, a ring, two spirals",
    columns: { wide: 3, narrow: 3 },
    gap: 12,
    tiles: [
      { ...(await surface(xor.network, -0.5, 1.5)), lines: ["exclusive or", "first-network.ts"] },
      { ...(await surface(ring.network, -1, 1)), lines: ["inside a ring", "network-as-data.ts"] },
      { ...(await surface(spirals.network, -1, 1)), lines: ["spirals", "normalized-network.ts"] },
    ],
  };
}

/** The price that the model of regression.ts predicts, and the one that the data was made with. */
async function prices(): Promise<LinesFigure> {
  const { model } = await exampleOf<{ model: Model }>("regression.ts", ["model"]);
  const areas = Array.from({ length: 25 }, (_, i) => 40 + 5 * i);
  const series = ["centre", "suburb"].flatMap((place, style) => {
    const csv = ["area,place", ...areas.map((area) => `${area},${place}`)].join("\n");
    const answers = predictTable(model, parseCsv(csv, { name: "areas.csv" }));
    if (answers.kind !== "number") throw new Error("expected numbers");
    const factor = place === "centre" ? 6 : 3;
    return [
      {
        name: `${place}, without noise`,
        style,
        draw: "wide" as const,
        points: areas.map((area) => [area, factor * area] as const),
      },
      { name: place, style, points: areas.map((area, i) => [area, answers.values[i]] as const) },
    ];
  });
  return {
    kind: "lines",
    id: "prices",
    caption: "",
    description:
      "Predicted prices of houses by area, in the centre and in a suburb, on the lines that the data was made with",
    labels: "above",
    panels: [{ x: { title: "area" }, y: { title: "price" }, series }],
  };
}

async function optimizers(): Promise<Figure> {
  const { runs } = await exampleOf<{ runs: readonly ComparedRun[] }>("compare-optimizers.ts", ["runs"]);
  const blocks = comparisonReport(runs).parts.flatMap(({ sections }) => sections.flatMap((section) => section.blocks));
  const [figure] = blocks.flatMap((block) => (block.kind === "figure" ? [block.figure] : []));
  return { ...figure, id: "optimizers" };
}

async function confusion(): Promise<ConfusionFigure> {
  type Names = { confusion: readonly Int32Array[]; labelNames: readonly string[] };
  const { confusion: counts, labelNames: labels } = await exampleOf<Names>("metrics.ts", ["confusion", "labelNames"]);
  return {
    kind: "confusion",
    id: "confusion",
    caption: "",
    description: "Confusion matrix of three classes, two of which are often taken for each other",
    labels,
    counts: counts.map((row) => [...row]),
  };
}

async function events(): Promise<LinesFigure> {
  const { trainer } = await exampleOf<{ trainer: Trainer }>("training-events.ts", ["trainer"]);
  const { loss } = trainer.history;
  return {
    kind: "lines",
    id: "events",
    caption: "",
    description: "The loss of a run that was paused after 16 steps, continued, and stopped after 32",
    panels: [
      {
        x: { title: "step", from: 0 },
        y: { title: "loss" },
        series: [{ name: "loss", style: 0, points: smoothLoss(loss, 1) }],
        marks: [
          { x: 16, name: "paused" },
          { x: loss.length, name: "stopped" },
        ],
      },
    ],
  };
}

/** What a transformer expects after each symbol of the text. */
async function brackets(): Promise<MatricesFigure> {
  const { logits, text } = await exampleOf<{ logits: Tensor; text: string }>("sequences.ts", ["logits", "text"]);
  return {
    kind: "matrices",
    id: "brackets",
    caption: "",
    description: "Probabilities of the next bracket after each symbol of a text",
    matrices: [
      {
        title: `after each symbol of ${text}: nothing to close, ), ]`,
        rows: text.length,
        columns: 3,
        values: [...softmax(logits).data],
      },
    ],
  };
}

export const exampleFigures: readonly (() => Promise<Figure>)[] = [
  surfaces,
  prices,
  optimizers,
  confusion,
  events,
  brackets,
];
