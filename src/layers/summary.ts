import { formatShape, type Shape } from "../tensor/tensor.ts";
import type { Layer } from "./layer.ts";

/** One layer of a summary; `depth` counts the layers around it. */
export interface SummaryRow {
  readonly depth: number;
  readonly layer: string;
  /** with "batch" in front */
  readonly outputShape: string;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

export interface NetworkSummary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  /** of one forward pass of one input */
  readonly multiplyAdds: number;
  /** the table as text */
  toString(): string;
}

/**
 * Layers, shapes in training, parameters and multiply-adds of a network for inputs of a shape (without the batch).
 * Throws ShapeError with the chain of shapes if the inputs do not fit.
 */
export function summarize(network: Layer, inputShape: Shape): NetworkSummary {
  network.outputShape([1, ...inputShape], "train");
  const rows: SummaryRow[] = [];
  const visit = (layers: readonly Layer[], shape: Shape, depth: number, sideBySide = false): void => {
    let current = shape;
    for (const layer of layers) {
      const output = layer.outputShape([1, ...current], "train").slice(1);
      const parameters = layer.parameters.reduce((sum, { value }) => sum + value.size, 0);
      const outputShape = formatShape(["batch", ...output]);
      rows.push({ depth, layer: layer.describe(), outputShape, parameters, multiplyAdds: layer.multiplyAdds(current) });
      visit(layer.children, current, depth + 1, layer.isParallel);
      if (!sideBySide) current = output;
    }
  };
  visit(network.children, inputShape, 0);
  const parameters = network.parameters.reduce((sum, { value }) => sum + value.size, 0);
  const multiplyAdds = network.multiplyAdds(inputShape);
  return { rows, parameters, multiplyAdds, toString: () => table(rows, inputShape, parameters, multiplyAdds) };
}

function table(rows: readonly SummaryRow[], inputShape: Shape, parameters: number, multiplyAdds: number): string {
  const count = (value: number) => value.toLocaleString("en");
  const bytes = (value: number) => (value < 1e6 ? `${(value / 1e3).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`);
  const cells = [
    ["layer", "output", "parameters", "multiply-adds"],
    ["input", formatShape(["batch", ...inputShape]), "", ""],
    ...rows.map(({ depth, layer, outputShape, parameters, multiplyAdds }) => [
      `${"  ".repeat(depth)}${layer}`,
      outputShape,
      parameters > 0 ? count(parameters) : "",
      multiplyAdds > 0 ? count(multiplyAdds) : "",
    ]),
    ["total", "", count(parameters), count(multiplyAdds)],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join("  ")
      .trimEnd(),
  );
  const rule = "-".repeat(Math.max(...lines.map(({ length }) => length)));
  const size = `${count(parameters)} parameters are ${bytes(4 * parameters)} in float32; multiply-adds of one input, forward`;
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines[lines.length - 1], size].join("\n");
}
