import * as v from "valibot";
import type { Dataset } from "../data/dataset.ts";
import { found } from "../schema.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";

/**
 * The weight of each class in the loss: "balanced" in inverse proportion to the frequency of the class, a number for each class in their order, or numbers by
 * the names of classes, 1 for all others.
 */
export type ClassWeights = "none" | "balanced" | readonly number[] | Readonly<Record<string, number>>;

const isWeight = (value: unknown): boolean => typeof value === "number" && value >= 0 && value < Infinity;

/** Not v.record, which leaves out some names that a class may have, such as constructor. */
export const classWeightsSetting = v.custom<ClassWeights>((value) => {
  if (typeof value !== "object" || value === null) return value === "none" || value === "balanced";
  const weights = Object.values(value);
  return weights.length > 0 && weights.every(isWeight) && weights.some(Boolean);
}, 'expected "none", "balanced", or numbers of at least 0, not all 0, as a list in the order of the classes or by their names');

/** The weight of each class; undefined for equal weights. Throws DataError or SettingsError if the weights do not fit the data. */
export function classWeightsOf(
  weights: ClassWeights,
  train: Pick<Dataset, "labels" | "labelNames" | "name">,
): readonly number[] | undefined {
  const { labelNames, name } = train;
  if (weights === "none") return undefined;
  if (weights === "balanced") return balancedClassWeights(train);
  if (Array.isArray(weights)) {
    if (weights.length === labelNames.length) return weights;
    throw new SettingsError(
      `classWeights: expected ${labelNames.length} numbers, one for each class of ${name}, found ${weights.length}`,
    );
  }
  const unknown = Object.keys(weights).find((key) => !labelNames.includes(key));
  if (unknown !== undefined) {
    const shown = labelNames.slice(0, 20).map((label) => found(label));
    const classes = `${shown.join(", ")}${labelNames.length > 20 ? ", …" : ""}`;
    throw new SettingsError(`classWeights: expected names of classes of ${name} (${classes}), found ${found(unknown)}`);
  }
  const byName = weights as Readonly<Record<string, number>>;
  return labelNames.map((label) => (Object.hasOwn(byName, label) ? byName[label] : 1));
}

/** N / (classes·N_c) for each class c: all classes have the same total weight. Throws DataError for a class without rows. */
export function balancedClassWeights({
  labels,
  labelNames,
  name,
}: Pick<Dataset, "labels" | "labelNames" | "name">): number[] {
  const counts = labelNames.map(() => 0);
  for (const label of labels) counts[label]++;
  const empty = counts.indexOf(0);
  if (empty >= 0) throw new DataError(`${name}: no row is ${labelNames[empty]}; classes cannot be balanced`);
  return counts.map((count) => labels.length / (counts.length * count));
}
