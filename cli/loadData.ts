import {
  type Cifar100Labels,
  type DataChoice,
  DataError,
  type DataSource,
  type Dataset,
  firstRows,
  measureNormalization,
  type Normalization,
  resolveCifar100,
  type Splits,
} from "../src/node.ts";
import { downloadProgress } from "./data.ts";
import { readingProgress, tableProgress } from "./readingProgress.ts";

export const standInNotice =
  "NOTE: no CIFAR-100 here. These results are for the procedural STAND-IN data set and say nothing about CIFAR-100.\n" +
  "      `handgrad data download cifar100` downloads CIFAR-100; `--data DIR` names the folder that contains it.";

export interface LoadedData extends Pick<Splits, "train" | "validation"> {
  readonly standIn: boolean;
  /** fitted on all training images, even if only some are trained on; measured at its first use */
  readonly normalization: Normalization;
  /** The test part, which is read at its first use, so that training starts sooner. */
  test(): Promise<Dataset>;
}

export interface LoadOptions {
  readonly data?: string | undefined;
  readonly labels: Cifar100Labels;
  readonly trainImages?: number | undefined;
  readonly signal: AbortSignal;
  readonly allocateBytes?: (length: number) => Uint8Array;
}

/** Prints on stderr which data is used, and the progress of a download or of reading images. */
export function dataEvents() {
  const [progress, images, table] = [downloadProgress(), readingProgress("images"), tableProgress()];
  return {
    onProgress: progress.update,
    onBytes: table.update,
    onImages: images.update,
    onReadingEnds(): void {
      images.stop();
      table.stop();
    },
    onChoice(choice: DataChoice): void {
      if (choice.kind === "downloading") console.error(`CIFAR-100 was not found; downloading ${choice.url}`);
      else progress.stop();
      if (choice.kind === "found" || choice.kind === "downloaded") console.error(`data: ${choice.location.path}`);
      if (choice.kind === "stand-in") console.error(`data: the procedural stand-in, because ${choice.reason}`);
    },
  };
}

/** For models trained on CIFAR-100. Throws DataError if it is not found, so that no result is measured on other data. */
export function expectNoStandIn({ kind }: Pick<DataSource, "kind">, what: "run" | "model"): void {
  if (kind === "stand-in")
    throw new DataError(
      `expected CIFAR-100, on which this ${what} was trained; found none: name its folder with --data`,
    );
}

/** The data set of a command: found, else downloaded, else the stand-in; says on stderr which one it is. */
export async function loadData({ data, labels, trainImages, signal, allocateBytes }: LoadOptions): Promise<LoadedData> {
  const resolved = await resolveCifar100({ ...dataEvents(), data, labels, signal });
  const { train, validation, standIn } = await resolved.load({ parts: ["train", "validation"], allocateBytes });
  return {
    train: trainImages === undefined ? train : firstRows(train, trainImages),
    validation,
    standIn: standIn === true,
    get normalization() {
      return measureNormalization(train);
    },
    test: async () => (await resolved.load({ parts: ["test"] })).test,
  };
}
