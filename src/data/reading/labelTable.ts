import { DataError } from "../../tensor/errors.ts";
import { numberedNames } from "../header.ts";
import type { LabelOf } from "../imageTree.ts";
import { plural } from "../imageTreeText.ts";
import { withFirstRow } from "../rawTable.ts";
import { cellText, type Table, type TableColumn } from "../table.ts";
import type { InputFile } from "./inputFile.ts";
import type { Platform } from "./platform.ts";
import { readRawTable } from "./readRawTable.ts";

/** The usual names of the column with the classes, the most likely first. */
const labelColumns = ["label", "labels", "class", "target", "category", "classname", "class_name", "y"];

export interface LabelTable {
  readonly labelOf: LabelOf;
  readonly notes: readonly string[];
}

/**
 * Reads labels from a table with a row for each image. The file column is the one whose cells match most files (by path, by name,
 * or by name without extension). The label column is `target`, otherwise a column called label, class …, otherwise the only other
 * column. Throws DataError, which lists the columns, if there is no file column or no label column, and for two labels for one
 * image.
 */
export async function readLabelTable(
  source: InputFile,
  files: readonly string[],
  target: string | undefined,
  platform: Platform,
): Promise<LabelTable> {
  const path = source.name;
  const images = namesOf(files);
  const table = await readTexts(source, (cell) => images.has(normal(cell)), platform);
  const fileColumn = columnOfFiles(table, images);
  const labels = columnOfLabels(table, fileColumn, target);
  const labelOfFile = new Map<string, string>();
  let unknown = 0;
  for (let row = 0; row < table.rows; row++) {
    const file = images.get(normal(cellText(fileColumn, row)));
    const label = cellText(labels, row);
    if (file === undefined) unknown++;
    if (file === undefined || label === "") continue;
    const before = labelOfFile.get(file);
    if (before !== undefined && before !== label)
      throw new DataError(`${path}: ${file}: expected one label for each image, found ${before} and ${label}`);
    labelOfFile.set(file, label);
  }
  return {
    labelOf: (_, file) => labelOfFile.get(file),
    notes: [
      `labels come from the columns ${fileColumn.name} and ${labels.name} of ${path}`,
      ...(unknown > 0 ? [`${plural(unknown, "row")} of ${path} without an image`] : []),
    ],
  };
}

/** The columns without interpretation: "007" stays text. The first row is data if it contains the name of an image. */
async function readTexts(source: InputFile, isImage: (cell: string) => boolean, platform: Platform): Promise<Table> {
  const found = await readRawTable(source, { amongNumbers: () => false }, platform);
  const { first = [] } = found;
  const isData = !found.names && first.some(isImage);
  const raw = isData ? withFirstRow(found) : found;
  const names = numberedNames(raw.names ?? (isData ? first.map(() => "") : first));
  const columns = raw.columns.map((cells, i): TableColumn => {
    return { name: names[i], cells: cells.kind === "texts" ? cells.texts : cells.numbers };
  });
  return { name: source.name, rows: raw.rows, columns };
}

const normal = (name: string): string => name.replaceAll("\\", "/").replace(/^(\.?\/)+/, "");

/** Each file by its path, its name and its name without extension. Names that several files share are left out. */
function namesOf(files: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const twice = new Set<string>();
  for (const file of files) {
    const base = file.slice(file.lastIndexOf("/") + 1);
    for (const name of new Set([base, base.replace(/\.[^.]*$/, "")])) {
      if (names.has(name)) twice.add(name);
      names.set(name, file);
    }
  }
  for (const name of twice) names.delete(name);
  for (const file of files) names.set(file, file);
  return names;
}

function columnOfFiles(table: Table, images: ReadonlyMap<string, string>): TableColumn {
  const found = table.columns.map((column) => {
    let count = 0;
    for (let row = 0; row < table.rows; row++) if (images.has(normal(cellText(column, row)))) count++;
    return { column, count };
  });
  const [best] = found.sort((a, b) => b.count - a.count);
  if (best && best.count > 0) return best.column;
  throw new DataError(
    `${table.name}: expected a column with the file names of the images, found none; ${columnsOf(table)}`,
  );
}

function columnOfLabels(table: Table, fileColumn: TableColumn, target: string | undefined): TableColumn {
  const others = table.columns.filter((column) => column !== fileColumn);
  const named = (name: string) => others.find((column) => column.name.toLowerCase() === name);
  const found =
    target === undefined
      ? (labelColumns.map(named).find((column) => column !== undefined) ??
        (others.length === 1 ? others[0] : undefined))
      : others.find((column) => column.name === target);
  if (found) return found;
  if (target !== undefined) throw new DataError(`${table.name}: no column is called ${target}; ${columnsOf(table)}`);
  throw new DataError(`${table.name}: expected --target with the column of the labels; ${columnsOf(table)}`);
}

const columnsOf = ({ columns }: Table): string => `the columns are ${columns.map(({ name }) => name).join(", ")}`;
