import {
  cellNumber,
  cellText,
  checkInputColumns,
  columnOf,
  DataError,
  imagePredictor,
  inputWarnings,
  type Kernels,
  lineOf,
  type Model,
  nameHint,
  type PictureFile,
  type Prediction,
  readImageArrays,
  readOptionsOfModel,
  readPicture,
  readTable,
  requestOf,
  SettingsError,
  shellLine,
  splitList,
  type Table,
  tableOutputs,
  unusedColumnNotes,
} from "../src/node.ts";
import { tableProgress } from "./readingProgress.ts";

/** The predictions of a model for the rows of one file, or for one image. */
export interface Answers {
  readonly file: string;
  /** what was predicted */
  readonly target: string;
  /** for classes: their names, in the order of the probabilities */
  readonly labelNames?: readonly string[];
  readonly rows: number;
  /** the name of a row: its line in a text file, its number from 0 in arrays; undefined for an image file */
  place(row: number): number | undefined;
  /** all labels of a row, most probable first; none for numbers */
  ranking(row: number): readonly Prediction[];
  /** for classes: their probabilities in the order of `labelNames`; for a regression: the number alone */
  outputs(row: number): readonly number[];
  /** columns of the input that are written as well */
  readonly kept: readonly KeptColumn[];
}

export interface KeptColumn {
  readonly name: string;
  text(row: number): string;
  value(row: number): string | number | null;
}

interface TableAnswersOptions {
  readonly run: string;
  readonly kernels: Kernels;
  /** columns of the input to keep, or "all" */
  readonly keep?: string | undefined;
}

/** Predictions for a table; notes and warnings about it go to standard error. */
export async function tableAnswers(model: Model, file: string, options: TableAnswersOptions): Promise<Answers> {
  const { preprocessing, labelNames } = model;
  if (!preprocessing) throw new DataError(`${file}: the model takes images, not tables`);
  const notes: string[] = [];
  const onNote = (line: string): number => notes.push(line);
  const table = await readTable(file, {
    ...readOptionsOfModel(preprocessing),
    onNote,
    onBytes: tableProgress().update,
  });
  const name = file === "-" ? "standard input" : file;
  checkInputColumns(preprocessing, table);
  const kept = keptColumns(table, options.keep);
  const { target } = preprocessing;
  if (table.columns.some((column) => column.name === target.name)) {
    notes.push(
      `${name}: the column ${target.name} is the target and is not used; to score the predictions: ${shellLine("handgrad", "evaluate", options.run, file)}`,
    );
  }
  notes.push(...unusedColumnNotes(preprocessing, table));
  for (const note of notes) console.error(`note: ${note}`);
  for (const warning of inputWarnings(preprocessing, table)) console.error(`warning: ${name}: ${warning}`);
  const outputs = tableOutputs(model, table, options.kernels);
  const classes = labelNames.length;
  const probability = (row: number, j: number) =>
    outputs.kind === "category" ? outputs.probabilities[row * classes + j] : Number.NaN;
  const first = /\.np[yz]$/i.test(file) ? 0 : undefined;
  return {
    ...{ file: name, target: target.name, rows: table.rows, kept },
    ...(outputs.kind === "category" && { labelNames }),
    place: (row) => (first === undefined ? lineOf(table, row) : first + row),
    ranking: (row) =>
      outputs.kind === "number"
        ? []
        : labelNames
            .map((label, j) => ({ label, probability: probability(row, j) }))
            .sort((a, b) => b.probability - a.probability),
    outputs: (row) =>
      outputs.kind === "number" ? [outputs.values[row]] : labelNames.map((_, j) => probability(row, j)),
  };
}

/** The columns that --keep names. Throws SettingsError if a column does not exist. */
function keptColumns(table: Table, keep: string | undefined): KeptColumn[] {
  if (keep === undefined) return [];
  const names = table.columns.map(({ name }) => name);
  const wanted = keep === "all" && !names.includes("all") ? names : splitList(keep, "--keep");
  return wanted.map((name) => {
    if (!names.includes(name)) {
      const hint = nameHint(name, names);
      throw new SettingsError(
        `--keep: expected columns of ${table.name} or all, found ${name}${hint && `; ${hint}`}; there are ${names.join(", ")}`,
      );
    }
    const column = columnOf(table, name);
    const numeric = column.cells instanceof Float64Array;
    return {
      name,
      text: (row) => cellText(column, row),
      value: (row) => (cellText(column, row) === "" ? null : numeric ? cellNumber(column, row) : cellText(column, row)),
    };
  });
}

/** Predictions for a file with many images. */
export async function arrayAnswers(model: Model, file: string, kernels: Kernels): Promise<Answers> {
  const { pixelRange } = requestOf(model);
  const onWarning = (message: string): void => console.error(`warning: ${message}`);
  const images = await readImageArrays(file, model.network.inputShape, { pixelRange, onWarning });
  const rankings = imagePredictor(model, kernels)(images);
  return answersOf(model, file, rankings, (row) => row);
}

/** How many pictures are decoded at a time. */
const together = 8;

interface PictureOptions {
  readonly kernels: Kernels;
  /** whether an unreadable picture ends the command; of several pictures, the others are still predicted */
  readonly single: boolean;
}

/** Predictions for each picture. If one of several cannot be read, it is named, and the command fails at the end. */
export async function* pictureAnswers(
  model: Model,
  files: AsyncIterable<PictureFile>,
  { kernels, single }: PictureOptions,
) {
  const rank = imagePredictor(model, kernels);
  const decode = async (file: PictureFile) => {
    try {
      return { file, pixels: await readPicture(file, model.network.inputShape) };
    } catch (error) {
      if (single || !(error instanceof DataError)) throw error;
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
      return undefined;
    }
  };
  for await (const some of inGroups(files, together)) {
    const pictures = (await Promise.all(some.map(decode))).filter((picture) => picture !== undefined);
    const rankings = rank(pictures.map(({ pixels }) => pixels));
    for (const [i, { file }] of pictures.entries()) yield answersOf(model, file.name, [rankings[i]], () => undefined);
  }
}

async function* inGroups<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[], void, void> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function answersOf(
  { labelNames }: Model,
  file: string,
  rankings: readonly Prediction[][],
  place: Answers["place"],
): Answers {
  return {
    ...{ file, target: "label", labelNames, rows: rankings.length, kept: [], place },
    ranking: (row) => rankings[row],
    outputs(row) {
      const found = new Map(rankings[row].map(({ label, probability }) => [label, probability]));
      return labelNames.map((label) => found.get(label) ?? Number.NaN);
    },
  };
}
