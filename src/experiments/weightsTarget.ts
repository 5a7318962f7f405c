import type { TablePreprocessing } from "../data/tablePreprocessing.ts";
import { makeNetwork, type NetworkDescription } from "../layers/description.ts";
import { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/tensor.ts";
import type { Model } from "./model.ts";

export interface WeightsTargetOptions {
  /** of the classes, or of the numbers that are predicted */
  readonly labels?: readonly string[] | undefined;
  /** of a table */
  readonly columns?: readonly string[] | undefined;
  /** of images, per channel: (byte / 255 − mean) / deviation */
  readonly mean?: readonly number[] | undefined;
  readonly deviation?: readonly number[] | undefined;
  readonly task?: "classification" | "regression" | undefined;
}

/**
 * A model without parameters around a network, for weights from other programs: for images with a normalization (inputs of rank 3), or for a
 * table with unchanged columns (inputs of rank 1). Throws SettingsError if names or channels do not fit the network.
 */
export function weightsTarget(network: NetworkDescription, options: WeightsTargetOptions): Omit<Model, "parameters"> {
  const { inputShape } = network;
  const { columns, mean, deviation, task = "classification" } = options;
  const outputs = sizeOf(
    makeNetwork(network, { random: new RandomState(1) })
      .outputShape([1, ...inputShape])
      .slice(1),
  );
  const labels = options.labels ?? defaultLabels(outputs, task);
  if (labels.length !== outputs)
    throw new SettingsError(`labels: expected ${outputs}, one for each output, found ${labels.length}`);
  if (task === "regression" && outputs > 1)
    throw new SettingsError(`task: a regression has one output, the network has ${outputs}`);
  const answers = task === "regression" ? "numbers" : "classes";
  const about = { network, answers, labelNames: labels, standIn: false } as const;
  if (inputShape.length === 3) {
    if (columns) throw new SettingsError("columns: expected inputs of rank 1, found images");
    const channels = inputShape[2];
    const normalization = {
      mean: mean ?? Array(channels).fill(0),
      deviation: deviation ?? Array(channels).fill(1),
    };
    for (const [name, numbers] of Object.entries(normalization)) {
      if (numbers.length !== channels)
        throw new SettingsError(`${name}: expected ${channels}, one for each channel, found ${numbers.length}`);
    }
    return { ...about, normalization };
  }
  if (mean ?? deviation)
    throw new SettingsError("mean, deviation: expected images, found a table; add the input shape");
  const normalization = { mean: [], deviation: [] };
  if (inputShape.length !== 1) return { ...about, normalization };
  const names = columns ?? Array.from({ length: inputShape[0] }, (_, i) => `x${i}`);
  if (names.length !== inputShape[0])
    throw new SettingsError(`columns: expected ${inputShape[0]}, one for each input, found ${names.length}`);
  return { ...about, normalization, preprocessing: asTheyAre(names, labels, task) };
}

function defaultLabels(outputs: number, task: "classification" | "regression"): string[] {
  return task === "regression" ? ["value"] : Array.from({ length: outputs }, (_, i) => `class ${i}`);
}

/** Columns of numbers without any standardization. */
function asTheyAre(
  columns: readonly string[],
  labels: readonly string[],
  task: "classification" | "regression",
): TablePreprocessing {
  const features = columns.map((name) => ({ kind: "number", name, mean: 0, deviation: 1, indicator: false }) as const);
  const target =
    task === "regression"
      ? ({ kind: "number", name: labels[0], mean: 0, deviation: 1 } as const)
      : ({ kind: "category", name: "label", values: labels } as const);
  return { kind: "table", features, target, ignored: [] };
}
