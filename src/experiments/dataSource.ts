import * as v from "valibot";
import { type Dataset, groupsOf, type Normalization } from "../data/dataset.ts";
import { imageOptions } from "../data/imageOptions.ts";
import type { SplitRows } from "../data/split.ts";
import type { Table } from "../data/table.ts";
import { tableOptions } from "../data/tableOptions.ts";
import type { TablePreprocessing } from "../data/tablePreprocessing.ts";
import { count, index } from "../schema.ts";
import { DataError } from "../tensor/errors.ts";
import type { TargetKind } from "../tensor/targetKind.ts";
import type { Model } from "./model.ts";

/** The request for the data of a run, as plain data: it is stored with the run and opens the same data again. */
export const dataRequest = v.object({
  /** a file or folder, or "stand-in"; by default CIFAR-100, where it is found */
  path: v.optional(v.string()),
  /** for a table: the column to predict */
  target: v.optional(v.string()),
  task: v.optional(v.picklist(["classification", "regression"])),
  /** for a folder of images: they are resized to squares of this side */
  size: v.optional(count),
  /** of the split into parts, if the data has none */
  seed: v.optional(index),
  /** one fold of a cross-validation, from 1; fold 0 trains on all rows and tests on none */
  crossValidation: v.optional(v.object({ folds: v.pipe(count, v.minValue(2)), fold: index })),
  /** whether few training rows are validated fold by fold instead of with a separate part */
  folds: v.optional(v.boolean()),
  /** for CIFAR-100 */
  labels: v.optional(v.picklist(["coarse", "fine", "both"])),
  /** the number of training rows to use, from the first */
  trainRows: v.optional(count),
  ...imageOptions,
  ...tableOptions,
});

export type DataRequest = v.InferOutput<typeof dataRequest>;

/** A request as it was stored. Data of a version without `rules` is read and split by the old rules. */
export function storedRequest(request: DataRequest): DataRequest {
  const { path, rules } = request;
  return path === undefined || path === "stand-in" || rules !== undefined ? request : { ...request, rules: 1 };
}

/** The option of the command that sets a field of a request: "--skip-broken" for skipBroken. */
export function flagOf(name: keyof DataRequest): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The kind of data, which decides the default settings. */
export type DataKind = "cifar100" | "stand-in" | "images" | "table";

/** Prepared data: split, and encoded with statistics of its training part only. */
export interface DataSource {
  readonly kind: DataKind;
  readonly name: string;
  readonly request: DataRequest;
  readonly train: Dataset;
  readonly validation: Dataset;
  /** read at its first use if it is in a separate file, so that training starts sooner */
  readonly test: Dataset | (() => Promise<Dataset>);
  /** for images, per channel; empty for other data */
  readonly normalization: Normalization;
  readonly preprocessing?: TablePreprocessing | undefined;
  /** rows that cannot be used, because their target is missing */
  readonly dropped: number;
  /** one line for each decision made while the data was read and prepared: every dropped, converted or guessed value has one */
  readonly notes: readonly string[];
  /** the model of the setting `teacher` */
  readonly teacher?: Model | undefined;
  /** for a table: its usable rows in their original form, for reports */
  readonly table?: Table | undefined;
  /** for a table, the rows in each part */
  readonly rows?: SplitRows | undefined;
  /** for a table: the number of the unit of each row, if rows of one unit stay together (groups, or identical inputs) */
  readonly groups?: Int32Array | undefined;
  /** for a table: the time of each row, if the rows are divided by time */
  readonly times?: Float64Array | undefined;
}

/** Test part of a source that trains on all rows. */
export function noTestPart(name: string): () => Promise<Dataset> {
  const message = `${name}: there are no test rows, because the model was trained on all rows; its expected score is that of the cross-validation`;
  return () => Promise.reject(new DataError(message));
}

export async function testPart({ test }: Pick<DataSource, "test">): Promise<Dataset> {
  return typeof test === "function" ? test() : test;
}

/** CIFAR-100, or the procedural data set in its place: the assignment's settings are the default for both. */
export function isCifar100({ kind }: Pick<DataSource, "kind">): boolean {
  return kind === "cifar100" || kind === "stand-in";
}

/** With labels of both kinds: the superclass of each class. */
export function classGroupsOf({ train }: Pick<DataSource, "train">): number[] | undefined {
  return train.finer && groupsOf(train);
}

/** The kind of outputs of a network that is trained on the data. */
export function answersOf({ train }: Pick<DataSource, "train">): TargetKind {
  return train.targets?.kind ?? "classes";
}

/** The request that opens the data of a model again; for models without a request, CIFAR-100 according to its settings. */
export function requestOf({ training, standIn }: Pick<Model, "training" | "standIn">): DataRequest {
  const stored = v.safeParse(dataRequest, training?.data);
  if (training?.data !== undefined && stored.success) return storedRequest(stored.output);
  const settings = v.safeParse(ofSettings, training?.settings);
  const { labels, trainImages, seed } = settings.success ? settings.output : {};
  return { labels, trainRows: trainImages, seed, ...(standIn && { path: "stand-in" }) };
}

const ofSettings = v.object({
  labels: dataRequest.entries.labels,
  trainImages: v.optional(count),
  seed: v.optional(index),
});
