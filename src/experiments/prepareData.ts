import type { Dataset, Normalization } from "../data/dataset.ts";
import { divideFold } from "../data/divideFold.ts";
import { type DividedTable, divideTable } from "../data/divideTable.ts";
import { fitTable } from "../data/fitTable.ts";
import { foldsOf } from "../data/folds.ts";
import { type GivenRows, givenAmong, splitAround } from "../data/givenRows.ts";
import { describeParts } from "../data/rowParts.ts";
import { tenths } from "../data/split.ts";
import { columnOf, type Table } from "../data/table.ts";
import { knownRows, pickTableRows, placesIn } from "../data/tableColumns.ts";
import { isInParts, tableDataset } from "../data/tableInParts.ts";
import { currentRules } from "../data/tableOptions.ts";
import {
  encodeFeatures,
  encodeTarget,
  featureCount,
  inspectTarget,
  type TargetOptions,
} from "../data/tablePreprocessing.ts";
import type { TableReading } from "../data/tableReading.ts";
import { RandomState } from "../random/randomState.ts";
import { DataError, SettingsError } from "../tensor/errors.ts";
import { isSizes, networkInputs } from "./build.ts";
import { type DataRequest, type DataSource, noTestPart } from "./dataSource.ts";
import { ensembleSettings } from "./ensembleSettings.ts";
import { convolutionSettings, suitsConvolution } from "./imageSettings.ts";
import { parseSettings, type TrainSettings, type TrainSettingsInput } from "./settings.ts";
import { tableNotes } from "./tableNotes.ts";

// From users' data to the input of training, with sensible defaults.

export interface SplitOptions {
  /** fractions of the rows for choosing the best epoch, and for the test scores */
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
  /** no separate validation part: all rows except the test rows train, and each is validated by networks that were not trained on it */
  readonly folds?: boolean;
  /** stored with the source, to open the same data again */
  readonly request?: DataRequest;
  /** decisions made while the data was read: the source repeats them */
  readonly notes?: readonly string[] | undefined;
  /** for a table: the options its file was read with, for the model */
  readonly reading?: TableReading | undefined;
  /** of a table: rows of parts that come separately */
  readonly givenRows?: GivenRows | undefined;
}

const smallImage = 24;

/** The number of folds of the rows; 1, a separate validation part, if there are enough of them. */
export function foldCount(rows: number): number {
  return rows <= 3000 ? 8 : rows <= 25_000 ? 4 : 1;
}

/** A table with its target, ready to train. Throws DataError if there is nothing to learn, or too few rows for an evaluation. */
export function tableSource(table: Table, target: TargetOptions, options: SplitOptions = {}): DataSource {
  const { validation = 0.15, test = 0.15, seed = 1 } = options;
  if (table.parts && (options.folds || options.request?.crossValidation))
    throw new SettingsError("folds: expected none for a table in parts, because each fold needs all rows");
  const known = knownRows(columnOf(table, target.target));
  const usable = known.length < table.rows ? pickTableRows(table, known) : table;
  const inspected = inspectTarget(usable, target);
  const column = columnOf(usable, inspected.name);
  const strata =
    inspected.kind === "number" && column.cells instanceof Float64Array
      ? tenths(column.cells)
      : placesIn(inspected.kind === "category" ? inspected.values : [], column);
  const random = new RandomState(seed);
  const { givenRows, request = {} } = options;
  // Later rows are validated by rows before them, never by folds
  const folded = options.folds && request.time === undefined && !givenRows?.validation?.length;
  const count = folded ? foldCount(usable.rows) : 1;
  const fractions = { validation: count > 1 ? 0 : validation, test, random };
  const whole: DividedTable = givenRows
    ? { rows: splitAround(strata, givenAmong(givenRows, known), fractions), notes: [] }
    : divideTable(usable, strata, { ...request, ...fractions, target: inspected.name });
  const { crossValidation: cv } = request;
  const foldOptions = cv && { ...cv, validation: fractions.validation, random: new RandomState(seed) };
  const divided = foldOptions ? { ...whole, rows: divideFold(strata, whole, foldOptions) } : whole;
  const { train: trained } = divided.rows;
  const folds = count > 1 ? foldsOf(trained, { labels: strata, count, random, groups: divided.groups }) : undefined;
  const rows = folds ? { ...divided.rows, validation: trained } : divided.rows;
  const testsNone = cv?.fold === 0;
  checkParts(table.name, testsNone ? { train: rows.train, validation: rows.validation } : { ...rows });
  // The classes of all rows, so that none is unknown later; everything that is measured, from the training rows alone
  const fittedTarget =
    inspected.kind === "category" ? inspected : inspectTarget(usable, { ...target, task: "regression" }, rows.train);
  const { rules = currentRules } = request;
  // Rows after all training rows: a trend over the years would be extrapolated too far
  const wholeYears = rules < 4 || request.time !== undefined;
  const fitted = fitTable(usable, fittedTarget, {
    ...{ rows: rows.train, unused: groupColumns(request), words: rules >= 3, wholeYears },
  });
  const preprocessing = { ...fitted, ...(options.reading && { reading: { ...options.reading } }) };
  const part = (name: string, which: Int32Array): Dataset => {
    const rest = {
      name: `${table.name} (${name})`,
      inputShape: [featureCount(preprocessing)],
      ...encodeTarget(fittedTarget, usable, which),
      labelNames: fittedTarget.kind === "category" ? fittedTarget.values : [fittedTarget.name],
    };
    if (isInParts(usable)) return tableDataset(preprocessing, usable, which, rest);
    return { ...rest, inputs: encodeFeatures(preprocessing, usable, which) };
  };
  const train = { ...part("training", rows.train), ...(folds && { folds }) };
  return {
    kind: "table",
    name: table.name,
    request,
    train,
    validation: folds ? train : part("validation", rows.validation),
    test: testsNone ? noTestPart(table.name) : part("test", rows.test),
    normalization: { mean: [], deviation: [] },
    preprocessing,
    dropped: table.rows - usable.rows,
    notes: [
      ...(options.notes ?? []),
      ...divided.notes,
      ...(request.rules === 1 ? [] : tableNotes(usable, preprocessing, strata, rows)),
      ...(train.parts ? [describeParts(train.parts)] : []),
    ],
    // The inputs of the rows of a table in parts are encoded; their columns are not needed any more
    table: usable.parts ? { ...usable, columns: [column] } : usable,
    rows,
    groups: divided.groups,
    times: divided.times,
  };
}

/** A group column is not an input, because new rows have new groups, unless a type is given for it. */
function groupColumns({ group, types }: DataRequest): ReadonlyMap<string, string> {
  if (group === undefined || types?.some(({ column }) => column === group)) return new Map();
  return new Map([[group, `groups the rows (--types ${group}=text uses it)`]]);
}

/** Throws DataError for a part without rows. */
export function checkParts(name: string, parts: Readonly<Record<string, Int32Array>>): void {
  const total = Object.values(parts).reduce((sum, { length }) => sum + length, 0);
  for (const [part, rows] of Object.entries(parts)) {
    if (rows.length === 0) throw new DataError(`${name}: ${total} rows are too few: none is left for the ${part} part`);
  }
}

/**
 * Settings for users' data: an ensemble, if the source was made with `folds`; else for images a convolutional network, as wide as fits into
 * about three minutes; else, and with `hidden` or `network: "perceptron"`, two hidden layers that grow with the data. More epochs for fewer
 * rows. Each setting can be overridden; `hidden` replaces the sizes of the hidden layers.
 */
export function chooseSettings(
  source: Pick<DataSource, "train" | "normalization"> & Partial<Pick<DataSource, "request">>,
  overrides: TrainSettingsInput & NetworkChoice = {},
): TrainSettings {
  const { train } = source;
  const { hidden: sizes, network = sizes ? "perceptron" : undefined, ...others } = overrides;
  const images = train.inputs instanceof Uint8Array;
  const normalization = images ? plainNormalization(source.normalization) : undefined;
  if (!network && takesEnsemble(source))
    return parseSettings({ ...ensembleSettings(train, outputsOf(train)), normalization, ...others });
  if (images && network !== "perceptron" && suitsConvolution(train.inputShape)) {
    const labelSmoothing = train.targets ? 0 : 0.1;
    return parseSettings({ ...convolutionSettings(train, outputsOf(train)), labelSmoothing, normalization, ...others });
  }
  const rows = train.labels.length;
  const dct = images ? chooseDct(train.inputShape) : undefined;
  const width = images ? (rows < 1000 ? 128 : rows < 10_000 ? 256 : 512) : rows < 300 ? 32 : rows < 5000 ? 64 : 128;
  const batchSize = Math.min(rows, Math.max(8, Math.min(100, 2 ** Math.round(Math.log2(rows / 20)))));
  const steps = images ? (rows < 10_000 ? 3000 : 12_000) : 6000;
  const epochs = Math.max(5, Math.min(images ? 60 : 200, Math.round((steps * batchSize) / rows)));
  const shift = images ? Math.max(1, Math.round(train.inputShape[0] / 12)) : 0;
  const hidden = sizes ?? [width, width];
  return parseSettings({
    layers: [networkInputs(train.inputShape, dct), ...hidden, outputsOf(train)],
    dct,
    activation: "gelu",
    initializer: "he",
    normalizationLayers: rows >= 200 ? "batch" : "layer",
    keepProb: images || rows < 5000 ? 0.8 : 0.9,
    optimizer: "adam",
    learningRate: images ? 0.002 : 0.003,
    scaledWeightDecay: 0.01,
    schedule: { kind: "oneCycle" },
    clipNorm: 5,
    labelSmoothing: images && !train.targets ? 0.05 : 0,
    // Images are shifted, but not mirrored, because a mirrored 3 is not a 3; --flip mirrors them
    ...(images && { augmentation: { shift }, testTimeAugmentation: chooseTestTimeAugmentation(train.inputShape) }),
    patience: Math.max(5, Math.ceil(epochs / 3)),
    ...{ batchSize, epochs, seed: 1 },
    normalization,
    ...others,
  });
}

/** The options of `chooseSettings` besides settings. */
export interface NetworkChoice {
  /** sizes of the hidden layers of a multilayer perceptron */
  readonly hidden?: readonly number[] | undefined;
  /** of images; for tables, `perceptron` is a plain network instead of an ensemble */
  readonly network?: "convolution" | "perceptron" | undefined;
}

/** Tables and small images that were requested with folds; other targets than classes and numbers are not mixed. */
function takesEnsemble({ train, request }: Pick<DataSource, "train"> & Partial<Pick<DataSource, "request">>): boolean {
  if (train.folds) return true;
  return request?.folds === true && (!(train.inputs instanceof Uint8Array) || isSmallImage(train.inputShape));
}

/** Fewer than 24 pixels a side: such images keep all their pixels and get an ensemble, like tables. */
export function isSmallImage([height, width]: readonly number[]): boolean {
  return Math.min(height, width) < smallImage;
}

/** The number of outputs of a network for the data: one for each class, or for each number. */
export function outputsOf({ labelNames, targets, finer }: Dataset): number {
  return targets?.width ?? (finer?.labelNames ?? labelNames).length;
}

/** In the form of settings. */
export function plainNormalization({ mean, deviation }: Normalization): { mean: number[]; deviation: number[] } {
  return { mean: [...mean], deviation: [...deviation] };
}

/** The lower half of the frequencies of pictures; small images need all their pixels. */
function chooseDct([height, width]: readonly number[]): TrainSettings["dct"] {
  const side = Math.min(height, width);
  return side < smallImage ? undefined : { keep: Math.round(side / 2), power: 0.2 };
}

/** The shifts of a finished model's views, as in training. */
function chooseTestTimeAugmentation([height, width]: readonly number[]): TrainSettings["testTimeAugmentation"] {
  const shift = Math.floor(Math.min(height, width) / 16);
  return shift > 0 ? { flip: false, shift } : undefined;
}

/** One linear layer for the same data: the baseline for a network. */
export function linearSettings(settings: TrainSettings, train: Dataset): TrainSettings {
  const { batchSize, epochs, patience, seed, dtype, normalization } = settings;
  const dct = isSizes(settings.layers) ? settings.dct : undefined;
  const inputs = networkInputs(train.inputShape, dct);
  return parseSettings({
    ...{ batchSize, epochs, patience, seed, dtype, normalization, dct },
    layers: [inputs, outputsOf(train)],
    initScale: 0.01,
    optimizer: "adam",
    learningRate: inputs > 500 ? 0.0005 : 0.01,
    schedule: { kind: "cosine" },
  });
}
