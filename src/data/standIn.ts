import { RandomState } from "../random/randomState.ts";
import { DataError } from "../tensor/errors.ts";
import type { Cifar100Labels, Cifar100Part } from "./cifar100.ts";
import { type Dataset, firstRows, type Splits } from "./dataset.ts";
import { syntheticSplits } from "./synthetic.ts";

export interface StandInOptions {
  readonly labels?: Cifar100Labels | undefined;
  /** memory for the images of a part, for example shared between threads */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
  /** why the stand-in is used, for errors */
  readonly reason?: string;
}

/**
 * The stand-in for CIFAR-100, drawn from a seed of its own, so that it is the same data set in every run. Its classes have none within
 * them: asked for both labels, each is its own fine one. Throws DataError for fine labels.
 */
export function standInSplits({
  labels = "coarse",
  allocateBytes,
  reason = "it was asked for",
}: StandInOptions = {}): Splits & {
  readonly standIn: true;
} {
  if (labels === "fine") {
    throw new DataError(
      `The stand-in for CIFAR-100 has 20 classes, not the 100 fine labels (it is used because ${reason})`,
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

/** Loads parts of CIFAR-100 or of its stand-in, now or later; the stand-in's parts are marked `standIn`. */
export type LoadParts = <Part extends Cifar100Part = Cifar100Part>(options?: {
  readonly parts?: readonly Part[] | undefined;
  /** how many training images are kept, from the first */
  readonly trainImages?: number | undefined;
  /** memory for the images of a part, for example shared between threads */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
}) => Promise<Pick<Splits, Part | "standIn">>;

/** The stand-in part by part. Throws DataError for fine labels. */
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
