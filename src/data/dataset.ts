import { DataError, SettingsError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import { dtypeOf, type Numbers, sizeOf, zeros } from "../tensor/tensor.ts";
import { pickParts, type RowParts } from "./rowParts.ts";

/** Rows of inputs, each with a label. Images are bytes, row-major (height, width, channels); tables are numbers. */
export interface Dataset {
  readonly name: string;
  /** rows × product of inputShape values: images as bytes, which are normalized batch by batch, or numbers */
  readonly inputs: Uint8Array | Int32Array | Numbers;
  /** the shape of one row: [32, 32, 3] */
  readonly inputShape: readonly number[];
  /** a label for each row, 0 … labelNames.length − 1 */
  readonly labels: Int32Array;
  readonly labelNames: readonly string[];
  /** a finer class of each row, in addition to `labels`; each finer class belongs to one of `labelNames` */
  readonly finer?: { readonly labels: Int32Array; readonly labelNames: readonly string[] };
  /** for each row, the number (from 0) of the copy of an ensemble's members that is not trained on it */
  readonly folds?: Int32Array;
  /** the targets, if rows do not have one class each (all labels are then 0) */
  readonly targets?: RowTargets;
  /** set if each process holds a part of the data set: `inputs` then has only the rows of this process, everything else has all rows */
  readonly parts?: RowParts;
}

/** Targets other than one class for each row: the numbers of a regression, or a class for each token. */
export interface RowTargets {
  /** "classes": a class number, below the number of `labelNames`, for each token */
  readonly kind: TargetKind;
  /** rows × width */
  readonly values: Numbers;
  /** the number of targets for each row: the outputs of the network, or the tokens */
  readonly width: number;
}

export function targetKindOf({ targets }: Pick<Dataset, "targets">): TargetKind {
  return targets?.kind ?? "classes";
}

/** The targets of some rows, in the given order. */
export function pickTargets({ values, width, ...rest }: RowTargets, rows: ArrayLike<number>): RowTargets {
  const picked = zeros(dtypeOf(values), rows.length * width);
  for (let i = 0; i < rows.length; i++) picked.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return { ...rest, width, values: picked };
}

/**
 * The three parts of a data set: parameters are fitted on train, the best epoch is chosen on validation, the result is measured
 * on test.
 */
export interface Splits {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
  /** Set for the generated stand-in data, so that every result on it can be marked. */
  readonly standIn?: boolean;
}

/** Per-channel mean and (population) deviation of byte / 255; a channel is the last dimension of inputShape. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The same rows with their finer classes as labels. Throws DataError if there are none. */
export function byFinerLabels({ finer, ...dataset }: Dataset): Dataset {
  if (!finer) throw new DataError(`${dataset.name}: expected finer labels, found none`);
  return { ...dataset, ...finer };
}

/** The label of each finer class. Throws DataError if a finer class has no rows, or rows with different labels. */
export function groupsOf({ name, labels, labelNames, finer }: Dataset): number[] {
  if (!finer) throw new DataError(`${name}: expected finer labels, found none`);
  const groups: number[] = finer.labelNames.map(() => -1);
  finer.labels.forEach((fine, row) => {
    if (groups[fine] !== -1 && groups[fine] !== labels[row]) {
      const [one, other] = [labelNames[groups[fine]], labelNames[labels[row]]];
      throw new DataError(
        `${name}: ${finer.labelNames[fine]}: expected rows with one label, found ${one} and, in row ${row}, ${other}`,
      );
    }
    groups[fine] = labels[row];
  });
  const empty = groups.indexOf(-1);
  if (empty === -1) return groups;
  throw new DataError(
    `${name}: ${finer.labelNames[empty]}: expected at least one row, found none, so its label is unknown`,
  );
}

/** The first `count` rows, or all if there are fewer. The memory is shared. Throws SettingsError for a count below 1. */
export function firstRows(dataset: Dataset, count: number): Dataset {
  const { name, inputs, labels, parts } = dataset;
  if (!Number.isInteger(count) || count < 1) {
    throw new SettingsError(`${name}: number of rows: expected a whole number of at least 1, found ${count}`);
  }
  const kept = Math.min(count, labels.length);
  const rowLength = sizeOf(dataset.inputShape);
  const { targets: all } = dataset;
  const targets = all && { targets: { ...all, values: all.values.subarray(0, kept * all.width) } };
  const finer = dataset.finer && { finer: { ...dataset.finer, labels: dataset.finer.labels.subarray(0, kept) } };
  const ofParts = parts && {
    parts: pickParts(
      parts,
      Int32Array.from({ length: kept }, (_, row) => row),
    ),
  };
  const first = { inputs: parts ? inputs : inputs.subarray(0, kept * rowLength), labels: labels.subarray(0, kept) };
  const folds = dataset.folds && { folds: dataset.folds.subarray(0, kept) };
  return { ...dataset, ...first, ...targets, ...finer, ...folds, ...ofParts };
}
