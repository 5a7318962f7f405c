import { type InflateRaw, listZip, type RandomBytes, readZipEntry, type ZipEntry } from "../formats/zip.ts";
import { DataError } from "../tensor/errors.ts";
import type { RawTable, RawTableOptions } from "./rawTable.ts";
import { RowLineBuilder } from "./rowLines.ts";
import { ValueColumns } from "./valueColumns.ts";
import { readRelations, readSharedStrings, readStyles, readWorkbook, type SheetEntry } from "./xlsxParts.ts";
import { columnLetters, type SheetProblems, type SheetRow, sheetRows } from "./xlsxSheet.ts";

export interface XlsxOptions extends RawTableOptions {
  /** the name of a sheet, or its number from 1; the first by default */
  readonly sheet?: string | undefined;
  readonly inflate?: InflateRaw | undefined;
}

/** The largest decompressed size of one part, in bytes. */
const mostPartBytes = 2 ** 31 - 1;

/**
 * Reads one sheet of an Excel workbook (.xlsx). Dates become texts such as 2024-01-31. Titles above the table are left out, with
 * a note. Throws DataError.
 */
export async function readRawXlsx(bytes: RandomBytes, options: XlsxOptions): Promise<RawTable> {
  const { name, inflate, mostBytes = Number.POSITIVE_INFINITY } = options;
  const zipOptions = { name, what: "an Excel", ...(inflate && { inflate }) };
  const entries = new Map((await listZip(bytes, zipOptions)).map((entry) => [entry.path, entry]));
  const read = async (path: string): Promise<Uint8Array | undefined> => {
    const entry: ZipEntry | undefined = entries.get(path) ?? entries.get(path.replace(/^\//, ""));
    if (!entry) return undefined;
    if (entry.size > Math.min(mostPartBytes, mostBytes / 2)) {
      throw new DataError(
        `${name}: ${path} has ${entry.size.toLocaleString("en")} bytes decompressed, more than fit into memory; save it as .csv`,
      );
    }
    return readZipEntry(bytes, entry, zipOptions);
  };
  const root = readRelations((await read("_rels/.rels")) ?? new Uint8Array(0));
  const target = [...root.values()].find(({ type }) => type.endsWith("/officeDocument"))?.target ?? "xl/workbook.xml";
  const workbookPath = target.replace(/^\//, "");
  const workbook = await read(workbookPath);
  if (!workbook) throw new DataError(`${name}: cannot be read as an Excel file: ${workbookPath} is missing`);
  const folder = workbookPath.replace(/[^/]*$/, "");
  const { sheets, from1904 } = readWorkbook(workbook);
  const relations = readRelations(
    (await read(`${folder}_rels/${workbookPath.slice(folder.length)}.rels`)) ?? new Uint8Array(0),
  );
  const pathOf = (relation: string) => {
    const found = relations.get(relation)?.target;
    return found?.startsWith("/") ? found.slice(1) : `${folder}${found ?? ""}`;
  };
  const worksheets = sheets.filter(({ relation }) => !/(chart|dialog)sheet$/.test(relations.get(relation)?.type ?? ""));
  const sheet = chooseSheet(name, worksheets, options.sheet);
  const partOf = async (kind: string) => {
    const part = [...relations.values()].find(({ type }) => type.endsWith(`/${kind}`));
    return part && read(part.target.startsWith("/") ? part.target.slice(1) : `${folder}${part.target}`);
  };
  const strings = readSharedStrings((await partOf("sharedStrings")) ?? new Uint8Array(0));
  const styles = readStyles((await partOf("styles")) ?? new Uint8Array(0));
  const xml = await read(pathOf(sheet.relation));
  if (!xml) throw new DataError(`${name}: cannot be read as an Excel file: the sheet ${sheet.name} is missing`);
  const problems: SheetProblems = { errors: new Map(), formulas: 0 };
  const raw = tableOfSheet(
    sheetRows(xml, { strings, styles, from1904 }, problems),
    `${name}, sheet ${sheet.name}`,
    options,
  );
  const others = worksheets.map(({ name: each }) => each);
  const notes = [
    ...(others.length > 1 && options.sheet === undefined
      ? [
          `the sheet ${sheet.name} is read; the workbook has ${others.length} sheets (${others.slice(0, 5).join(", ")}${others.length > 5 ? ", …" : ""}); --sheet NAME reads another`,
        ]
      : []),
    ...raw.notes,
    ...describeProblems(problems),
  ];
  return { ...raw, name, format: `Excel, sheet ${sheet.name}`, notes };
}

function chooseSheet(name: string, sheets: readonly SheetEntry[], wanted: string | undefined): SheetEntry {
  const first = sheets.find(({ isHidden }) => !isHidden) ?? sheets[0];
  if (!first) throw new DataError(`${name}: expected a sheet with cells, found none`);
  if (wanted === undefined) return first;
  const found = sheets.find((each) => each.name === wanted) ?? sheets[Number(wanted) - 1];
  if (found) return found;
  throw new DataError(`${name}: no sheet is called ${wanted}; there are ${sheets.map((each) => each.name).join(", ")}`);
}

/** The first row with content becomes `first`. The columns reach from the first to the last with content. */
function tableOfSheet(rows: Iterable<SheetRow>, where: string, options: RawTableOptions): RawTable {
  const titles: SheetRow[] = [];
  let first: SheetRow | undefined;
  let left: number | undefined;
  let columns = new ValueColumns(options);
  const lines = new RowLineBuilder();
  let end = 0;
  let begin = Number.POSITIVE_INFINITY;
  const add = (row: SheetRow): void => {
    for (const { column } of row.cells) {
      begin = Math.min(begin, column);
      end = Math.max(end, column + 1);
    }
    if (!first) {
      first = row;
      columns = new ValueColumns({ ...options, asText: textColumns(row, options.asText) });
      return;
    }
    const place = columns.rows++;
    if (place % 10_000 === 0) columns.checkMemory();
    lines.add(place, row.number, row.number + 1);
    for (const { column, value } of row.cells) columns.set(place, String(column), value);
  };
  for (const row of rows) {
    // Rows with one cell above rows with three or more cells are titles, not a header
    if (!first && row.cells.length === 1) {
      titles.push(row);
      continue;
    }
    if (!first) {
      left = row.cells.length >= 3 ? titles.length : 0;
      for (const title of titles.slice(left)) add(title);
    }
    add(row);
  }
  if (!first) for (const title of titles) add(title);
  if (!first) throw new DataError(`${where}: expected cells with content, found none`);
  return assemble({ first, columns, lines, begin, end, titles: titles.slice(0, left ?? 0) }, where);
}

/** The numbers of the columns that are read as texts, given by their names in the first row or as "column 2". */
function textColumns({ cells }: SheetRow, asText: readonly string[] = []): string[] {
  const named = cells.filter(({ value }) => asText.includes(String(value).trim()));
  const counted = cells.filter(({ column }) => asText.includes(`column ${column - cells[0].column + 1}`));
  return [...named, ...counted].map(({ column }) => String(column));
}

interface SheetTable {
  readonly first: SheetRow;
  readonly columns: ValueColumns;
  readonly lines: RowLineBuilder;
  readonly begin: number;
  readonly end: number;
  readonly titles: readonly SheetRow[];
}

function assemble({ first, columns, lines, begin, end, titles }: SheetTable, where: string): RawTable {
  const header = Array<string>(end - begin).fill("");
  for (const { column, value } of first.cells) header[column - begin] = String(value).trim();
  for (let column = begin; column < end; column++) columns.declare(String(column));
  const places = new Map(columns.names.map((column, i) => [Number(column), i]));
  const cells = columns.finish();
  const notes: string[] = [];
  if (titles.length > 0) {
    const shown = titles.slice(0, 3).map((row) => String(row.cells[0].value).slice(0, 40));
    notes.push(
      `left out: ${titles.length === 1 ? "1 row" : `${titles.length} rows`} with one cell above the table (${shown.join("; ")})`,
    );
  }
  const corner = `${columnLetters(begin)}${first.number}`;
  if (corner !== "A1") notes.push(`the table begins in cell ${corner}`);
  return {
    ...{
      name: where,
      format: "Excel",
      first: header,
      firstLine: first.number,
      rows: columns.rows,
      lines: lines.finish(),
      notes,
    },
    columns: header.map((_, i) => cells[places.get(begin + i) ?? 0]),
  };
}

function describeProblems({ errors, formulas }: SheetProblems): string[] {
  const notes: string[] = [];
  const total = [...errors.values()].reduce((sum, count) => sum + count, 0);
  if (total > 0) {
    notes.push(
      `${total === 1 ? "1 cell with an error is" : `${total} cells with errors are`} treated as missing: ${[...errors.keys()].join(", ")}`,
    );
  }
  if (formulas > 0) {
    notes.push(
      `${formulas === 1 ? "1 formula has" : `${formulas} formulas have`} no stored result and ${formulas === 1 ? "is" : "are"} treated as missing; open the file in a spreadsheet and save it`,
    );
  }
  return notes;
}
