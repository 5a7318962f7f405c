import { BatchReader } from "../data/batches.ts";
import { type Dataset, targetKindOf } from "../data/dataset.ts";
import { datasetOf } from "../data/datasetOf.ts";
import { makeNetwork } from "../layers/description.ts";
import type { LayerDescription } from "../layers/registry.ts";
import type { AnyLoss } from "../losses/loss.ts";
import { defaultLosses, losses } from "../losses/losses.ts";
import { RandomState } from "../random/randomState.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";
import { type ExplainOptions, type Explanation, explainStep } from "../training/explainStep.ts";
import { memberLoss } from "../training/memberLoss.ts";
import { checkTargets } from "../training/trainStep.ts";
import type { Model } from "./model.ts";
import { modelOf } from "./model.ts";

export interface ExplainRowsOptions extends ExplainOptions {
  /** rows of the data, from 0 */
  readonly rows: readonly number[];
}

/**
 * Explains a step of training of a model on rows of a data set, in float64: see `explainStep`. Throws DataError for a missing row,
 * SettingsError for a model that is trained on other classes than it predicts.
 */
export function explainModel(
  { network: description, parameters, normalization }: Model,
  dataset: Dataset,
  { rows, ...options }: ExplainRowsOptions,
): Explanation {
  const count = dataset.labels.length;
  const missing = rows.find((row) => !(Number.isInteger(row) && row >= 0 && row < count));
  if (missing !== undefined || rows.length === 0) {
    throw new DataError(`${dataset.name}: expected rows from 0 to ${count - 1}, found ${missing ?? "none"}`);
  }
  const network = makeNetwork({ ...description, dtype: "float64" }, { parameters });
  const kind = targetKindOf(dataset);
  const outputs = network.outputShape([1, ...description.inputShape], "train").at(-1);
  const wanted = dataset.targets?.width ?? dataset.labelNames.length;
  if (outputs !== wanted) {
    throw new SettingsError(
      `explain: expected a network with ${wanted} outputs in training, one for each answer, found ${outputs}; networks that are trained on finer classes cannot be explained`,
    );
  }
  const loss: AnyLoss = losses[defaultLosses[kind]].create({});
  checkTargets(loss, dataset);
  const reader = new BatchReader(dataset, { dtype: "float64", normalization });
  const { inputs, labels, targets } = reader.read(Int32Array.from(rows), network.workspace);
  const own = memberLoss(loss, network) as AnyLoss;
  return explainStep(
    network,
    { x: inputs.clone(), loss: own, targets: (targets?.clone() ?? labels) as never },
    options,
  );
}

/** Exclusive or, and a small network with random weights: the default example without a model. */
export function xorExample(layers: readonly LayerDescription[], seed: number): { model: Model; dataset: Dataset } {
  const dataset = datasetOf({
    ...{
      name: "exclusive or",
      inputs: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
    },
    ...{ labels: [0, 1, 1, 0], labelNames: ["0", "1"] },
  });
  const network = makeNetwork({ inputShape: [2], layers, dtype: "float64" }, { random: new RandomState(seed) });
  return { model: modelOf(network, { inputShape: [2], labelNames: ["0", "1"] }), dataset };
}
