import type { Table } from "../data/table.ts";
import { encodeFeatures, featureCount, type TablePreprocessing } from "../data/tablePreprocessing.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { softmax } from "../losses/crossEntropy.ts";
import { DataError } from "../tensor/errors.ts";
import { type Numbers, Tensor } from "../tensor/tensor.ts";
import { type Model, restoreNetwork } from "./model.ts";
import { type Prediction, rankLabels } from "./predict.ts";

/** What a model says to the rows of a table: the labels of each, the most probable first, or a number in the target's units. */
export type TablePredictions =
  | { readonly kind: "category"; readonly rankings: readonly Prediction[][] }
  | { readonly kind: "number"; readonly values: Float64Array };

/**
 * Answers for raw rows, as they stand in a file; the target's column need not be there. Throws DataError where a column that
 * the model needs is missing, and for a model that is not one of tables.
 */
export function predictTable(model: Model, table: Table, kernels?: Kernels): TablePredictions {
  const { preprocessing, labelNames } = model;
  if (!preprocessing)
    throw new DataError(`${table.name}: the model takes images (${model.network.inputShape}), not tables`);
  const encoded = encodeFeatures(preprocessing, table);
  const network = restoreNetwork(model, kernels);
  const inputs = new Tensor([table.rows, featureCount(preprocessing)], encoded).clone(network.dtype);
  const outputs = network.forward(inputs);
  if (preprocessing.target.kind === "number") return { kind: "number", values: inUnits(preprocessing, outputs.data) };
  const p = softmax(outputs).data;
  const rankings = Array.from({ length: table.rows }, (_, row) => rankLabels(labelNames, p, row));
  return { kind: "category", rankings };
}

/** y = mean + deviation·output: from what was trained for to the target's own units. */
export function inUnits({ target }: TablePreprocessing, outputs: Numbers): Float64Array {
  const [mean, deviation] = target.kind === "number" ? [target.mean, target.deviation] : [0, 1];
  return Float64Array.from(outputs, (output) => mean + deviation * output);
}
