import { RandomState } from "../random/randomState.ts";
import { DataError } from "../tensor/errors.ts";
import type { Cifar100Labels, Cifar100Part } from "./cifar100.ts";
import { type Dataset, firstRows, type Splits } from "./dataset.ts";
import { syntheticSplits } from "./synthetic.ts";

export interface StandInOptions {
  readonly labels?: Cifar100Labels | undefined;
  /** allocates the images of a part, for example in memory shared between threads */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
  /** why the stand-in is used, for errors */
  readonly reason?: string;
}

/**
 * The stand-in for CIFAR-100, generated from a fixed seed, so that it is the same in every run. It has no fine classes: with
 * labels "both", each class is its own fine class. Throws DataError for fine labels.
 */
export function standInSplits({
  labels = "coarse",
  allocateBytes,
  reason = "it was requested",
}: StandInOptions = {}): Splits & {
  readonly standIn: true;
} {
  if (labels === "fine") {
    throw new DataError(
      `the stand-in for CIFAR-100 has 20 classes and no fine labels (it is used because ${reason}); use coarse labels or the real data`,
    );
  }
  const splits = syntheticSplits({ random: new RandomState(100), allocateBytes });
  if (labels === "coarse") return splits;
  const both = (part: Dataset) => ({ ...part, finer: { labels: part.labels, labelNames: part.labelNames } });
  return {
    ...splits,
    train: both(splits.train),
    validation: both(splits.validation),
    test: both(splits.test),
  };
}

/** Loads parts of CIFAR-100 or of its stand-in. Parts of the stand-in have `standIn` set. */
export type LoadParts = <Part extends Cifar100Part = Cifar100Part>(options?: {
  readonly parts?: readonly Part[] | undefined;
  /** the number of training images to keep, from the first */
  readonly trainImages?: number | undefined;
  /** allocates the images of a part, for example in memory shared between threads */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
}) => Promise<Pick<Splits, Part | "standIn">>;

/** Loads parts of the stand-in. Throws DataError for fine labels. */
export function standInLoader(labels: Cifar100Labels, reason: string): LoadParts {
  if (labels === "fine") standInSplits({ labels, reason });
  let splits: Splits | undefined;
  return async ({ parts, trainImages, allocateBytes } = {}) => {
    splits ??= standInSplits({ labels, allocateBytes, reason });
    const { train } = splits;
    const all = { ...splits, train: trainImages === undefined ? train : firstRows(train, trainImages) };
    const wanted = (parts ?? ["train", "validation", "test"]).map((part) => [part, all[part]]);
    return { ...Object.fromEntries(wanted), standIn: true };
  };
}
