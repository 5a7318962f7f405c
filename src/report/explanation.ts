import type { LayerKindName } from "../layers/registry.ts";
import { formatShape, sizeOf, type Tensor } from "../tensor/tensor.ts";
import {
  type ExplainedArray,
  type ExplainedLayer,
  type Explanation,
  kinkNote,
  worstError,
} from "../training/explainStep.ts";
import type { Block, Report, Section } from "./document.ts";
import type { MatricesFigure, MatrixTile } from "./figures/figure.ts";
import { formatNumber } from "./format.ts";
import { layerFormulas } from "./layerFormulas.ts";
import { markup } from "./markup.ts";

/** What is explained, for the heading. */
export interface ExplanationText {
  readonly title: string;
  readonly subtitle: string;
}

/** One batch through a network as a page: a section for each layer, forward and backward, with the gradient check of some entries. */
export function explanationReport(explanation: Explanation, { title, subtitle }: ExplanationText): Report {
  const { loss, lossKind, layers } = explanation;
  return {
    title,
    subtitle,
    warnings: [],
    summary: [
      ["layers", String(layers.length)],
      ["loss", formatNumber(loss, 6)],
      ["largest error of a gradient", formatNumber(worstError(explanation), 2)],
    ],
    parts: [{ title: "", sections: [...layers.map(layerSection), lossSection(explanation)] }],
    footer: markup`${kinkNote} Made by \`handgrad explain\`. Gradients are those of the loss ${lossKind}; differences are of fourth order, in float64.`,
  };
}

function layerSection(layer: ExplainedLayer, place: number): Section {
  const { name, kind, input, output, parameters } = layer;
  const formula = layerFormulas[kind as LayerKindName] as (typeof layerFormulas)[LayerKindName] | undefined;
  const figure = (id: string, caption: string, matrices: MatrixTile[]): Block => {
    const described: MatricesFigure = {
      kind: "matrices",
      id: `layer-${place + 1}-${id}`,
      caption,
      description: `${caption} ${name}`,
      matrices,
    };
    return { kind: "figure", figure: described };
  };
  return {
    id: `layer-${place + 1}`,
    title: `${name === kind ? kind : `${name} (${kind})`}: ${formatShape(input.value.shape)} → ${formatShape(output.value.shape)}`,
    blocks: [
      ...(formula ? [{ kind: "formula", formula: formula.forward } as const] : []),
      figure("forward", "Forward: the input, the parameters and the output.", [
        matrixOf("x", input.value),
        ...parameters.map(({ name: key, value }) => matrixOf(key, value)),
        matrixOf("y", output.value),
      ]),
      ...(formula ? [{ kind: "formula", formula: formula.backward } as const] : []),
      figure(
        "backward",
        "Backward: the gradient of the loss with respect to the output, the parameters and the input.",
        [
          matrixOf("dy", output.gradient),
          ...parameters.map(({ name: key, gradient }) => matrixOf(`d${key}`, gradient)),
          matrixOf("dx", input.gradient),
        ],
      ),
      checkTable([input, ...parameters]),
    ],
  };
}

function checkTable(arrays: readonly ExplainedArray[]): Block {
  return {
    kind: "table",
    caption: "Some entries compared with central differences.",
    columns: [
      { title: "entry" },
      { title: "backward", align: "right" },
      { title: "differences", align: "right" },
      { title: "relative error", align: "right" },
    ],
    rows: arrays.flatMap(({ name, checked }) =>
      checked.map(({ index, analytic, numerical, error }) => [
        `d${name}[${index.join(", ")}]`,
        formatNumber(analytic, 8),
        formatNumber(numerical, 8),
        formatNumber(error, 2),
      ]),
    ),
  };
}

function lossSection({ loss, lossKind }: Explanation): Section {
  return {
    id: "loss",
    title: `Loss: ${lossKind}`,
    blocks: [
      {
        kind: "text",
        text: `The loss of the batch is ${formatNumber(loss, 8)}. Its gradient with respect to the outputs is dy of the last layer.`,
      },
    ],
  };
}

/** A tensor as a matrix: a row for each element of its first axis; a vector is one row. */
export function matrixOf(title: string, { shape, data }: Tensor): MatrixTile {
  const rows = shape.length > 1 ? shape[0] : 1;
  return { title: `${title} ${formatShape(shape)}`, rows, columns: sizeOf(shape) / rows, values: Array.from(data) };
}
