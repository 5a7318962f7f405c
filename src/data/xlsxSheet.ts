import { XmlScanner } from "../formats/xmlScanner.ts";
import { type NumberStyle, serialText } from "./xlsxParts.ts";

export interface SheetContext {
  readonly strings: readonly string[];
  readonly styles: readonly NumberStyle[];
  readonly from1904: boolean;
}

/** A row with content: its number, from 1, and its cells with content, with the numbers of their columns, from 0. */
export interface SheetRow {
  readonly number: number;
  readonly cells: readonly { readonly column: number; readonly value: string | number }[];
}

/** Cells without a usable value. */
export interface SheetProblems {
  /** the number of cells with each error, such as #N/A and #DIV/0! */
  readonly errors: Map<string, number>;
  /** the number of formulas without a stored result */
  formulas: number;
}

/** The rows of a worksheet that have content, in the order of the file. */
export function* sheetRows(xml: Uint8Array, context: SheetContext, problems: SheetProblems): Generator<SheetRow> {
  const scanner = new XmlScanner(xml);
  let number = 0;
  let cells: { column: number; value: string | number }[] = [];
  let column = -1;
  let type = "";
  let style = "";
  let value: string | undefined;
  let text = "";
  let hasFormula = false;
  let inGuide = false;
  const endCell = () => {
    const content = type === "inlineStr" ? text : value;
    if (content === undefined || content === "") {
      if (hasFormula && value === undefined) problems.formulas++;
      return;
    }
    if (type === "e") problems.errors.set(content, (problems.errors.get(content) ?? 0) + 1);
    else cells.push({ column, value: cellValue(content, type, style, context) });
  };
  while (scanner.next()) {
    const { name, isClosing, isEmpty } = scanner;
    if (name === "row") {
      if (!isClosing) {
        const given = Number(scanner.attribute("r"));
        number = given > 0 ? given : number + 1;
        column = -1;
        cells = [];
      } else if (cells.length > 0) yield { number, cells };
    } else if (name === "c") {
      if (!isClosing) {
        column = columnNumber(scanner.attribute("r") ?? "") ?? column + 1;
        type = scanner.attribute("t") ?? "";
        style = scanner.attribute("s") ?? "";
        value = undefined;
        text = "";
        hasFormula = false;
      } else endCell();
    } else if (name === "f" && (!isClosing || isEmpty)) hasFormula = true;
    else if (name === "v" && isClosing) value = scanner.textBefore();
    else if (name === "rPh") inGuide = !isClosing && !isEmpty;
    else if (name === "t" && isClosing && !inGuide) text += scanner.textBefore();
    else if (name === "sheetData" && isClosing) return;
  }
}

function cellValue(
  content: string,
  type: string,
  style: string,
  { strings, styles, from1904 }: SheetContext,
): string | number {
  if (type === "s") return strings[Number(content)] ?? "";
  if (type === "b") return content === "1" ? "true" : "false";
  if (type === "d") return content.replace("T", " ").replace(/Z$|\s00:00:00(\.0+)?$/, "");
  if (type !== "" && type !== "n") return content;
  const number = Number(content);
  if (Number.isNaN(number)) return content;
  const kind = styles[Number(style)] ?? "number";
  return kind === "number" ? number : serialText(number, kind, from1904);
}

/** "BC12" is 54; undefined for anything else. */
function columnNumber(reference: string): number | undefined {
  let number = 0;
  let i = 0;
  for (; i < reference.length; i++) {
    const letter = reference.charCodeAt(i) & ~32;
    if (letter < 65 || letter > 90) break;
    number = number * 26 + letter - 64;
  }
  return i === 0 || i > 3 ? undefined : number - 1;
}

/** 54 is "BC". */
export function columnLetters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : columnLetters(Math.floor(column / 26) - 1) + last;
}
