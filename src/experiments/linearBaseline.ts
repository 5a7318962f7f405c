import type { Dataset } from "../data/dataset.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { makeNetwork, type NetworkDescription } from "../layers/description.ts";
import { RandomState } from "../random/randomState.ts";
import { sizeOf } from "../tensor/tensor.ts";
import { solveLinear } from "../training/fitLinearMembers.ts";
import type { Model } from "./model.ts";
import { outputsOf } from "./prepareData.ts";

/** The most products in one pass over the data for which the linear model is solved. */
const mostSolved = 2e8;

/**
 * The linear baseline of a network, solved on the same training rows: softmax with cross-entropy, or least squares, with the small penalty
 * that is scikit-learn's default. Undefined if the data is too large to solve it, or has other targets.
 */
export function linearModel(model: Model, train: Dataset, kernels?: Kernels): Model | undefined {
  const { inputShape, labels, targets } = train;
  const outputs = outputsOf(train);
  if (targets && targets.kind !== "numbers") return undefined;
  if (train.finer || labels.length * sizeOf(inputShape) * outputs > mostSolved) return undefined;
  const network: NetworkDescription = {
    inputShape,
    layers: [{ kind: "flatten" }, { kind: "linear", outputs, fitted: true }],
    dtype: model.network.dtype,
  };
  const made = makeNetwork(network, { random: new RandomState(0), kernels });
  solveLinear(made, train, model.normalization);
  return { ...model, network, parameters: made.save() };
}
