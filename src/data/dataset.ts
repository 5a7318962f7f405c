import { SettingsError } from "../tensor/errors.ts";
import type { Numbers } from "../tensor/tensor.ts";

/** Rows of inputs with a label each. Images are bytes, row-major (height, width, channels); tables are numbers. */
export interface Dataset {
  readonly name: string;
  /** rows × product of inputShape */
  readonly inputs: Uint8Array | Numbers;
  /** the shape of one row: [32, 32, 3] */
  readonly inputShape: readonly number[];
  /** rows, each 0 … labelNames.length − 1 */
  readonly labels: Int32Array;
  readonly labelNames: readonly string[];
  /** of regression: a number for each row, which is trained for in place of the label (those are all 0 then) */
  readonly targets?: Numbers;
}

/** The parts that training uses: fitted on train, chosen by validation, judged by test. */
export interface Splits {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
  /** Set when this is the procedural stand-in, so that everything that shows a result on it can say so loudly. */
  readonly standIn?: boolean;
}

/** Per-channel mean and (population) deviation of byte / 255; a channel is the last dimension of inputShape. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The first `count` rows, or all where there are fewer; the memory is shared. Throws SettingsError for a count below 1. */
export function firstRows(dataset: Dataset, count: number): Dataset {
  const { name, inputs, labels } = dataset;
  if (!Number.isInteger(count) || count < 1) {
    throw new SettingsError(`${name}: the number of rows must be a whole number of at least 1, got ${count}`);
  }
  const kept = Math.min(count, labels.length);
  const rowLength = inputs.length / Math.max(labels.length, 1);
  const targets = dataset.targets && { targets: dataset.targets.subarray(0, kept) };
  return { ...dataset, inputs: inputs.subarray(0, kept * rowLength), labels: labels.subarray(0, kept), ...targets };
}
