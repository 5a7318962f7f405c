import type { Dataset } from "../data/dataset.ts";
import { nameHint } from "../data/nearestName.ts";
import { pickRows } from "../data/split.ts";
import { cellNumber, cellText, columnOf, lineOf, type Table } from "../data/table.ts";
import { encodeFeatures, encodeTarget, featureCount } from "../data/tablePreprocessing.ts";
import { DataError } from "../tensor/errors.ts";
import { checkInputColumns } from "./inputNotes.ts";
import type { Model } from "./model.ts";

/** Rows that cannot be scored, and the reason. */
export interface UnusableRows {
  readonly reason: string;
  readonly rows: number;
  /** the first of them, as files count: from line 2 of a text, from image 0 */
  readonly first: number;
}

/** Labelled rows in the input format of a model. */
export interface LabelledRows {
  readonly dataset: Dataset;
  readonly unusable: readonly UnusableRows[];
}

/**
 * The rows of a table whose target the model knows, encoded by the model's preprocessing; the others are counted by reason. Throws DataError
 * for a model of other data, a missing column, and if no row is usable.
 */
export function labelledTable(model: Model, table: Table): LabelledRows {
  const { preprocessing, labelNames } = model;
  if (!preprocessing) throw new DataError(`${table.name}: expected images, as in training, found a table`);
  const { target } = preprocessing;
  const names = table.columns.map(({ name }) => name);
  if (!names.includes(target.name)) {
    const hint = nameHint(target.name, names);
    throw new DataError(
      `${table.name}: expected the column ${target.name} with the true values${hint && ` (${hint})`}, found ${names.join(", ")}; without it only \`handgrad predict\` is possible`,
    );
  }
  checkInputColumns(preprocessing, table);
  const column = columnOf(table, target.name);
  const reasons = new Reasons();
  const known: number[] = [];
  const labels = target.kind === "category" ? new Set(target.values) : undefined;
  for (let row = 0; row < table.rows; row++) {
    const text = cellText(column, row);
    if (text === "") reasons.add(`${target.name} is missing`, lineOf(table, row));
    else if (labels && !labels.has(text))
      reasons.add(`${target.name} is "${text}", which is not a class of the model`, lineOf(table, row));
    else if (!labels && Number.isNaN(cellNumber(column, row)))
      reasons.add(`${target.name} is "${text}", which is not a number`, lineOf(table, row));
    else known.push(row);
  }
  const usable = Int32Array.from(
    encodableRows(
      known,
      (rows) => encodeFeatures(preprocessing, table, rows),
      (error, row) => reasons.add(reasonOf(error, table, row), lineOf(table, row)),
    ),
  );
  if (usable.length === 0) throw noneUsable(table.name, reasons.list());
  const dataset = {
    name: table.name,
    inputs: encodeFeatures(preprocessing, table, usable),
    inputShape: [featureCount(preprocessing)],
    ...encodeTarget(target, table, usable),
    labelNames,
  };
  return { dataset, unusable: reasons.list() };
}

/** The rows that can be encoded: halves of rows are tried, so that few bad ones cost little. */
function encodableRows(
  rows: readonly number[],
  encode: (rows: Int32Array) => unknown,
  onBad: (error: DataError, row: number) => void,
): readonly number[] {
  if (rows.length === 0) return rows;
  try {
    encode(Int32Array.from(rows));
    return rows;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (rows.length === 1) {
      onBad(error, rows[0]);
      return [];
    }
    const half = rows.length >> 1;
    return [...encodableRows(rows.slice(0, half), encode, onBad), ...encodableRows(rows.slice(half), encode, onBad)];
  }
}

/** The message without the file and the row, which are shown separately. */
function reasonOf({ message }: DataError, table: Table, row: number): string {
  return message.replace(`${table.name}: row ${lineOf(table, row)}: `, "");
}

/**
 * Images with labels whose class the model knows, as bytes of its input shape; the others are counted. Throws DataError if the
 * shapes differ and if no image is usable.
 */
export function labelledImages(model: Model, images: Dataset): LabelledRows {
  const { inputShape } = model.network;
  if (model.preprocessing) throw new DataError(`${images.name}: expected a table, as in training, found images`);
  if (images.inputShape.join() !== inputShape.join()) {
    throw new DataError(
      `${images.name}: expected images of the shape that the model was trained on, (${inputShape.join(", ")}), found (${images.inputShape.join(", ")})`,
    );
  }
  const places = images.labelNames.map((name) => model.labelNames.indexOf(name));
  const reasons = new Reasons();
  const known: number[] = [];
  images.labels.forEach((label, row) => {
    if (places[label] >= 0) known.push(row);
    else reasons.add(`the class is "${images.labelNames[label]}", which is not a class of the model`, row);
  });
  if (known.length === 0) throw noneUsable(images.name, reasons.list());
  const { finer: _, ...usable } = pickRows(images, Int32Array.from(known));
  const labels = usable.labels.map((label) => places[label]);
  return { dataset: { ...usable, labels, labelNames: model.labelNames }, unusable: reasons.list() };
}

function noneUsable(name: string, unusable: readonly UnusableRows[]): DataError {
  const reasons = unusable.map(({ reason, rows }) => `${reason} (${rows.toLocaleString("en")})`).join(", ");
  return new DataError(`${name}: no row can be scored: ${reasons || "there is none"}`);
}

/** Beyond this many different reasons, the rest are counted together. */
const mostReasons = 20;

class Reasons {
  private readonly found = new Map<string, { rows: number; first: number }>();

  add(reason: string, place: number): void {
    const key = this.found.has(reason) || this.found.size < mostReasons ? reason : "other reasons";
    const entry = this.found.get(key);
    if (entry) entry.rows++;
    else this.found.set(key, { rows: 1, first: place });
  }

  list(): UnusableRows[] {
    return [...this.found].map(([reason, entry]) => ({ reason, ...entry })).sort((a, b) => b.rows - a.rows);
  }
}
