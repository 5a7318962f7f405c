import { cifar100Sizes } from "../data/cifar100.ts";
import { type Dataset, firstRows, type Normalization } from "../data/dataset.ts";
import { keepOwnRows, withRowSums } from "../data/datasetInParts.ts";
import { measureNormalization } from "../data/normalize.ts";
import { describeParts, type PartsOptions } from "../data/rowParts.ts";
import type { LoadParts } from "../data/standIn.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { DataRequest, DataSource } from "./dataSource.ts";
import { ofImages, ofTables, refuse, stored } from "./requestFields.ts";

export interface Cifar100SourceOptions {
  /** where the data set is, "stand-in" for the procedural one */
  readonly path: string;
  readonly notes?: readonly string[];
  /** memory that the kernels reach without a copy */
  readonly allocateBytes?: ((length: number) => Uint8Array) | undefined;
  /** the normalization in the settings, if given: then it is not measured, and training images beyond those of the request are not read */
  readonly normalization?: Normalization | undefined;
  /** divides the rows into parts; this process keeps its own */
  readonly parts?: PartsOptions | undefined;
}

/** Throws SettingsError for a request that CIFAR-100 cannot follow. */
export function checkCifar100Request(request: DataRequest): void {
  if (request.crossValidation)
    throw new SettingsError("--cv: expected your own data, found CIFAR-100, which has fixed parts");
  refuse(request, ["target", "task", "size", "duplicates", ...ofImages, ...ofTables], "CIFAR-100");
}

/** CIFAR-100 or its stand-in, ready to train; the test part is loaded at its first use. Throws DataError. */
export async function cifar100Source(
  load: LoadParts,
  { labels = "coarse", trainRows }: DataRequest,
  { path, notes = [], allocateBytes, normalization, parts }: Cifar100SourceOptions,
): Promise<DataSource> {
  const own = (dataset: Dataset): Dataset => (parts ? withRowSums(keepOwnRows(dataset, parts)) : dataset);
  const loaded = await load({
    parts: ["train", "validation"],
    allocateBytes,
    // Above its size, the training part gets images of the validation part
    ...((normalization || (trainRows ?? 0) > cifar100Sizes.train) && { trainImages: trainRows }),
  });
  const [train, validation] = [own(loaded.train), own(loaded.validation)];
  // All processes measure data in parts together
  let measured = normalization ?? (parts && measureNormalization(train));
  const kind = path === "stand-in" ? "stand-in" : "cifar100";
  return {
    kind,
    name: kind === "stand-in" ? "the procedural stand-in" : "CIFAR-100",
    request: stored({ labels, trainRows, path }),
    train: trainRows === undefined ? train : firstRows(train, trainRows),
    validation,
    test: async () => own((await load({ parts: ["test"] })).test),
    /** fitted on all training images, even if only some are trained on; measured at its first use */
    get normalization() {
      measured ??= measureNormalization(train);
      return measured;
    },
    dropped: 0,
    notes: train.parts ? [...notes, describeParts(train.parts)] : notes,
  };
}
