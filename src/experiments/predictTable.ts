import type { Table } from "../data/table.ts";
import { encodeFeatures, featureCount, type TablePreprocessing } from "../data/tablePreprocessing.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { softmax } from "../losses/crossEntropy.ts";
import { DataError } from "../tensor/errors.ts";
import { type Numbers, Tensor, zeros } from "../tensor/tensor.ts";
import { type Model, restoreNetwork } from "./model.ts";
import { type Prediction, rankLabels } from "./predict.ts";

/** The predictions of a model for the rows of a table: the labels of each, the most probable first, or a number in the target's units. */
export type TablePredictions =
  | { readonly kind: "category"; readonly rankings: readonly Prediction[][] }
  | { readonly kind: "number"; readonly values: Float64Array };

/** The same without ranking the labels: row·labels + label is the place of each probability. */
export type TableOutputs =
  | { readonly kind: "category"; readonly probabilities: Float32Array | Float64Array }
  | { readonly kind: "number"; readonly values: Float64Array };

/** The number of rows that are encoded and computed together, which limits the memory of the layers. */
const together = 10_000;

/**
 * Predictions for raw rows, as in a file; the target's column is not needed. Throws DataError if a column that the model needs is missing,
 * and for a model that is not for tables.
 */
export function predictTable(model: Model, table: Table, kernels?: Kernels): TablePredictions {
  const outputs = tableOutputs(model, table, kernels);
  if (outputs.kind === "number") return outputs;
  const { labelNames } = model;
  const rankings = Array.from({ length: table.rows }, (_, row) => rankLabels(labelNames, outputs.probabilities, row));
  return { kind: "category", rankings };
}

/** All probabilities, or numbers in the target's units. Throws DataError as `predictTable`. */
export function tableOutputs(model: Model, table: Table, kernels?: Kernels): TableOutputs {
  const { preprocessing, labelNames } = model;
  if (!preprocessing)
    throw new DataError(`${table.name}: the model takes images (${model.network.inputShape}), not tables`);
  const network = restoreNetwork(model, kernels);
  const category = preprocessing.target.kind === "category";
  const width = category ? labelNames.length : 1;
  const all = zeros(network.dtype, table.rows * width);
  for (let start = 0; start < table.rows; start += together) {
    const rows = Int32Array.from({ length: Math.min(together, table.rows - start) }, (_, i) => start + i);
    const encoded = encodeFeatures(preprocessing, table, rows);
    const inputs = new Tensor([rows.length, featureCount(preprocessing)], encoded).clone(network.dtype);
    const outputs = network.forward(inputs);
    all.set((category ? softmax(outputs) : outputs).data, start * width);
  }
  if (category) return { kind: "category", probabilities: all };
  return { kind: "number", values: inUnits(preprocessing, all) };
}

/** y = mean + deviation·output: from standardized outputs to the target's own units. */
export function inUnits({ target }: TablePreprocessing, outputs: Numbers): Float64Array {
  const [mean, deviation] = target.kind === "number" ? [target.mean, target.deviation] : [0, 1];
  return Float64Array.from(outputs, (output) => mean + deviation * output);
}
