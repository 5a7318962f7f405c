import { DataError, SettingsError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import { dtypeOf, type Numbers, sizeOf, zeros } from "../tensor/tensor.ts";
import { pickParts, type RowParts } from "./rowParts.ts";

/** Rows of inputs with a label each. Images are bytes, row-major (height, width, channels); tables are numbers. */
export interface Dataset {
  readonly name: string;
  /** rows × product of inputShape: images as bytes, which are normalized batch by batch; numbers or integers as they are */
  readonly inputs: Uint8Array | Int32Array | Numbers;
  /** the shape of one row: [32, 32, 3] */
  readonly inputShape: readonly number[];
  /** rows, each 0 … labelNames.length − 1 */
  readonly labels: Int32Array;
  readonly labelNames: readonly string[];
  /** finer classes that rows have beside `labels`; each of them belongs to one of `labelNames` */
  readonly finer?: { readonly labels: Int32Array; readonly labelNames: readonly string[] };
  /** of each row, the copy of an ensemble's members that is not trained on it, from 0 */
  readonly folds?: Int32Array;
  /** what rows are trained for in place of one class each (the labels are all 0 then) */
  readonly targets?: RowTargets;
  /** where processes hold parts of the data set: then `inputs` has the rows of this process alone, and everything else all rows */
  readonly parts?: RowParts;
}

/** Targets that are not one class a row, such as the numbers of a regression, or a class for each token of a row. */
export interface RowTargets {
  /** "classes": a class number, below the number of `labelNames`, for each token */
  readonly kind: TargetKind;
  /** rows × width */
  readonly values: Numbers;
  /** how many belong to each row: the number of outputs of a network, or of tokens */
  readonly width: number;
}

export function targetKindOf({ targets }: Pick<Dataset, "targets">): TargetKind {
  return targets?.kind ?? "classes";
}

/** Targets of some rows, in their order. */
export function pickTargets({ values, width, ...rest }: RowTargets, rows: ArrayLike<number>): RowTargets {
  const picked = zeros(dtypeOf(values), rows.length * width);
  for (let i = 0; i < rows.length; i++) picked.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return { ...rest, width, values: picked };
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

/** The same rows by their finer classes. Throws DataError where there are none. */
export function byFinerLabels({ finer, ...dataset }: Dataset): Dataset {
  if (!finer) throw new DataError(`${dataset.name}: the rows have no finer labels`);
  return { ...dataset, ...finer };
}

/** To which label each finer class belongs. Throws DataError where a class has no rows here, or is divided among labels. */
export function groupsOf({ name, labels, labelNames, finer }: Dataset): number[] {
  if (!finer) throw new DataError(`${name}: the rows have no finer labels`);
  const groups: number[] = finer.labelNames.map(() => -1);
  finer.labels.forEach((fine, row) => {
    if (groups[fine] !== -1 && groups[fine] !== labels[row]) {
      const [one, other] = [labelNames[groups[fine]], labelNames[labels[row]]];
      throw new DataError(`${name}: rows of ${finer.labelNames[fine]} belong to ${one}, row ${row} to ${other}`);
    }
    groups[fine] = labels[row];
  });
  const empty = groups.indexOf(-1);
  if (empty === -1) return groups;
  throw new DataError(`${name}: no row is of ${finer.labelNames[empty]}, so its superclass is unknown`);
}

/** The first `count` rows, or all where there are fewer; the memory is shared. Throws SettingsError for a count below 1. */
export function firstRows(dataset: Dataset, count: number): Dataset {
  const { name, inputs, labels, parts } = dataset;
  if (!Number.isInteger(count) || count < 1) {
    throw new SettingsError(`${name}: the number of rows must be a whole number of at least 1, got ${count}`);
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
