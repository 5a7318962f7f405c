import { RandomState } from "../random/randomState.ts";
import { DataError } from "../tensor/errors.ts";
import type { Cifar100Labels, Cifar100Part } from "./cifar100.ts";
import { firstRows, type Splits } from "./dataset.ts";
import { syntheticSplits } from "./synthetic.ts";

/** Loads parts of CIFAR-100 or of its stand-in, now or later; the stand-in's parts are marked `standIn`. */
export type LoadParts = <Part extends Cifar100Part = Cifar100Part>(options?: {
  readonly parts?: readonly Part[] | undefined;
  /** keep only the first so many training images */
  readonly trainImages?: number | undefined;
  /** memory for the images of a part, for example shared between threads */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
}) => Promise<Pick<Splits, Part | "standIn">>;

/**
 * The stand-in is drawn from a seed of its own, so that it is the same data set in every run. Its classes have none within
 * them: asked for both labels, each is its own fine one.
 */
export function standInLoader(labels: Cifar100Labels, reason: string): LoadParts {
  if (labels === "fine") {
    throw new DataError(
      `The stand-in for CIFAR-100 has 20 classes, not the 100 fine labels (it is used because ${reason})`,
    );
  }
  let splits: Splits | undefined;
  return async ({ parts, trainImages, allocateBytes } = {}) => {
    splits ??= syntheticSplits({ random: new RandomState(100), allocateBytes });
    const { train, standIn } = splits;
    const all = { ...splits, train: trainImages === undefined ? train : firstRows(train, trainImages) };
    const wanted = (parts ?? ["train", "validation", "test"]).map((part) => {
      const { labels: own, labelNames } = all[part];
      return [part, labels === "both" ? { ...all[part], finer: { labels: own, labelNames } } : all[part]];
    });
    return { ...Object.fromEntries(wanted), standIn };
  };
}
