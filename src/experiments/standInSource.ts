import * as v from "valibot";
import { firstRows, type Normalization } from "../data/dataset.ts";
import { measureNormalization } from "../data/normalize.ts";
import { type StandInOptions, standInSplits } from "../data/standIn.ts";
import { type DataRequest, type DataSource, dataRequest } from "./dataSource.ts";

export const standInName = "the procedural stand-in";

/** The stand-in for CIFAR-100 as a source: what the command opens as `stand-in`. Throws DataError for fine labels. */
export function standInSource(
  { labels = "coarse", trainRows }: Pick<DataRequest, "labels" | "trainRows"> = {},
  options: Pick<StandInOptions, "allocateBytes"> = {},
): DataSource {
  const { train, validation, test } = standInSplits({ ...options, labels });
  let normalization: Normalization | undefined;
  return {
    kind: "stand-in",
    name: standInName,
    request: v.parse(dataRequest, { labels, trainRows, path: "stand-in" }),
    train: trainRows === undefined ? train : firstRows(train, trainRows),
    validation,
    test: async () => test,
    /** fitted on all training images, also where only some are trained on; measured when it is asked for */
    get normalization() {
      normalization ??= measureNormalization(train);
      return normalization;
    },
    dropped: 0,
    notes: [],
  };
}
