import type { Dataset } from "../data/dataset.ts";
import { divideFold, renumbered } from "../data/divideFold.ts";
import { copyGroups, keepCopiesTogether } from "../data/duplicates.ts";
import { foldsOf } from "../data/folds.ts";
import { measureNormalization } from "../data/normalize.ts";
import { describeParts } from "../data/rowParts.ts";
import { pickRows, type SplitRows, stratifiedSplit } from "../data/split.ts";
import { RandomState } from "../random/randomState.ts";
import { type DataSource, noTestPart } from "./dataSource.ts";
import { checkParts, foldCount, isSmallImage, type SplitOptions } from "./prepareData.ts";

export interface ImageSourceOptions extends SplitOptions {
  /** parts that come separately: they are used as they are */
  readonly given?: Dataset | undefined;
  readonly givenValidation?: Dataset | undefined;
  /** whether images with the same pixels are kept in one part (default) */
  readonly copiesTogether?: boolean | undefined;
}

/**
 * Images, ready to train; parts that come separately are kept apart. Images with the same pixels are in one part. Throws DataError
 * if a part has no rows.
 */
export function imageSource(dataset: Dataset, options: ImageSourceOptions = {}): DataSource {
  const { given, givenValidation, copiesTogether = true, seed = 1, request = {}, notes = [] } = options;
  const folded = options.folds === true && !givenValidation && isSmallImage(dataset.inputShape);
  const count = folded ? foldCount(dataset.labels.length) : 1;
  const { validation = givenValidation || count > 1 ? 0 : 0.15, test = given ? 0 : 0.15 } = options;
  const random = new RandomState(seed);
  const first = copiesTogether && dataset.inputs instanceof Uint8Array ? copyGroups(dataset) : undefined;
  if (request.crossValidation) return imageFold(dataset, options, { ...request.crossValidation, count, first });
  const split = stratifiedSplit(dataset.labels, { validation, test, random });
  const parts = first ? keepCopiesTogether(split, first) : split;
  const rows = count > 1 ? { ...parts, validation: parts.train } : parts;
  const folds = count > 1 ? foldsOf(rows.train, { labels: dataset.labels, count, random, groups: first }) : undefined;
  checkParts(dataset.name, {
    ...rows,
    ...(givenValidation && { validation: givenValidation.labels }),
    ...(given && { test: given.labels }),
  });
  const isWhole = rows.train.length === dataset.labels.length; // then no second copy of all images is needed
  const chosen = isWhole
    ? { ...dataset, name: `${dataset.name} (training)` }
    : pick(dataset, rows, "train", "training");
  const train = folds ? { ...chosen, folds } : chosen;
  return {
    kind: "images",
    name: dataset.name,
    request,
    train,
    validation: folds ? train : (givenValidation ?? pick(dataset, rows, "validation")),
    test: given ?? pick(dataset, rows, "test"),
    normalization: measureNormalization(train),
    dropped: 0,
    notes: train.parts ? [...notes, describeParts(train.parts)] : notes,
  };
}

interface ImageFold {
  readonly folds: number;
  readonly fold: number;
  /** of the folds in which an ensemble validates its training rows; 1 for a part of its own */
  readonly count: number;
  /** for each image the first that is kept in one part with it */
  readonly first: Int32Array | undefined;
}

/** One fold of a cross-validation over the images that came to train; a test part that came with them is not used. */
function imageFold(
  dataset: Dataset,
  { given, validation = 0.15, seed = 1, request = {}, notes = [] }: ImageSourceOptions,
  { folds, fold, count, first }: ImageFold,
): DataSource {
  const random = new RandomState(seed);
  const order = { groups: first && renumbered(first) };
  const fractions = { folds, fold, validation: count > 1 ? 0 : validation, random };
  const parts = divideFold(dataset.labels, order, fractions);
  const rows = count > 1 ? { ...parts, validation: parts.train } : parts;
  const inner = count > 1 ? foldsOf(rows.train, { labels: dataset.labels, count, random, groups: first }) : undefined;
  checkParts(dataset.name, fold === 0 ? { train: rows.train, validation: rows.validation } : { ...rows });
  const train = { ...pick(dataset, rows, "train", "training"), ...(inner && { folds: inner }) };
  return {
    ...{ kind: "images", name: dataset.name, request, train },
    validation: inner ? train : pick(dataset, rows, "validation"),
    test: fold === 0 ? noTestPart(dataset.name) : pick(dataset, rows, "test"),
    normalization: measureNormalization(train),
    dropped: 0,
    notes: given ? [...notes, "the test part that came with the images is not used in a cross-validation"] : notes,
    rows,
  };
}

function pick(dataset: Dataset, rows: SplitRows, part: keyof SplitRows, called: string = part): Dataset {
  return pickRows(dataset, rows[part], `${dataset.name} (${called})`);
}
