import { XmlScanner } from "../formats/xmlScanner.ts";

/** A sheet of a workbook: its name, and the identifier of its part. */
export interface SheetEntry {
  readonly name: string;
  readonly relation: string;
  readonly isHidden: boolean;
}

/** xl/workbook.xml: the sheets in their order, and whether days count from 1904. */
export function readWorkbook(xml: Uint8Array): { readonly sheets: readonly SheetEntry[]; readonly from1904: boolean } {
  const scanner = new XmlScanner(xml);
  const sheets: SheetEntry[] = [];
  let from1904 = false;
  while (scanner.next()) {
    if (scanner.isClosing) continue;
    if (scanner.name === "workbookPr") from1904 = /^(1|true)$/.test(scanner.attribute("date1904") ?? "");
    if (scanner.name !== "sheet") continue;
    sheets.push({
      name: scanner.attribute("name") ?? "",
      relation: scanner.attribute("id") ?? "",
      isHidden: /hidden/i.test(scanner.attribute("state") ?? ""),
    });
  }
  return { sheets, from1904 };
}

/** A .rels part: the target and the type of each identifier. */
export function readRelations(xml: Uint8Array): Map<string, { readonly target: string; readonly type: string }> {
  const scanner = new XmlScanner(xml);
  const relations = new Map<string, { target: string; type: string }>();
  while (scanner.next()) {
    if (scanner.isClosing || scanner.name !== "Relationship") continue;
    const id = scanner.attribute("Id") ?? String(relations.size);
    relations.set(id, { target: scanner.attribute("Target") ?? "", type: scanner.attribute("Type") ?? "" });
  }
  return relations;
}

/** xl/sharedStrings.xml: the texts by their numbers, without phonetic guides. */
export function readSharedStrings(xml: Uint8Array): string[] {
  const scanner = new XmlScanner(xml);
  const strings: string[] = [];
  let text = "";
  let inGuide = false;
  while (scanner.next()) {
    const { name, isClosing, isEmpty } = scanner;
    if (name === "si") {
      if (isClosing || isEmpty) strings.push(isEmpty ? "" : text);
      text = "";
    } else if (name === "rPh") inGuide = !isClosing && !isEmpty;
    else if (name === "t" && isClosing && !inGuide) text += scanner.textBefore();
  }
  return strings;
}

/** The meaning of numbers with a style. */
export type NumberStyle = "number" | "date" | "time";

/** Number formats with these numbers are dates or times in every workbook (ECMA-376, part 1, 18.8.30). */
function builtinStyle(id: number): NumberStyle {
  if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47)) return "time";
  const isDate = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
  return isDate ? "date" : "number";
}

/** yyyy-mm-dd, [h]:mm, … outside of quotes, brackets and escapes. */
function styleOfCode(code: string): NumberStyle {
  const bare = code
    .replace(/\[(h+|m+|s+)\]/gi, "$1")
    .replace(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, "")
    .split(";")[0];
  if (/[dy]/i.test(bare) || (/m/i.test(bare) && !/[hs]/i.test(bare))) return "date";
  return /[hs]/i.test(bare) && !/general/i.test(bare) ? "time" : "number";
}

/** xl/styles.xml: the meaning of numbers with each style. */
export function readStyles(xml: Uint8Array): NumberStyle[] {
  const scanner = new XmlScanner(xml);
  const codes = new Map<number, string>();
  const styles: NumberStyle[] = [];
  let inCells = false;
  while (scanner.next()) {
    const { name, isClosing } = scanner;
    if (name === "cellXfs") inCells = !isClosing;
    if (isClosing) continue;
    if (name === "numFmt") codes.set(Number(scanner.attribute("numFmtId")), scanner.attribute("formatCode") ?? "");
    if (name !== "xf" || !inCells) continue;
    const id = Number(scanner.attribute("numFmtId") ?? 0);
    const code = codes.get(id);
    styles.push(code === undefined ? builtinStyle(id) : styleOfCode(code));
  }
  return styles;
}

/** Days since 1900 (in which Excel counts a 29 February that did not exist) or 1904 as 2024-01-31, 2024-01-31 12:30:00 or 12:30:00. */
export function serialText(serial: number, style: NumberStyle, from1904: boolean): string {
  const days = from1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial;
  const milliseconds = Math.round((days - 25_569) * 86_400_000);
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return String(serial);
  const [day, clock] = date
    .toISOString()
    .replace("Z", "")
    .replace(/\.000$/, "")
    .split("T");
  if (style === "time" && serial >= 0 && serial < 1) return clock;
  return milliseconds % 86_400_000 === 0 ? day : `${day} ${clock}`;
}
