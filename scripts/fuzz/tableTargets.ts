import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync, gzipSync } from "node:zlib";
import * as handgrad from "../../src/node.ts";
import { folder } from "./folder.ts";
import { mutate, mutateJson } from "./mutate.ts";
import { zipOf } from "./structures.ts";
import type { FuzzTarget } from "./targets.ts";

// Files with tables, read by the function that recognizes their format.

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../test/fixtures/tables/${name}`, import.meta.url))));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const pick = <Item>(items: readonly Item[], random: handgrad.RandomState): Item =>
  items[random.randint(0, items.length)];

function reading(file: string): Pick<FuzzTarget, "read" | "names"> {
  const path = join(folder, file);
  return {
    read(bytes) {
      writeFileSync(path, bytes);
      return handgrad.readTable(path);
    },
    names: new RegExp(file.replaceAll(".", "\\.")),
  };
}

const delimited = [
  'a,b,c\n1,"x ""y""\nz",2.5e3\n-007,NA,\n1.50,inf,"1,234.5"\n',
  "a;b\r\n3,14;x\r\n2,5;y\r\n",
  "# x y\n1.5 2\n3  4\n",
  "sep=;\na;b\n1;2\n",
  "a\tb\n1\t2024-01-31\n$5\t12%\n",
].map(utf8);
const encoded = delimited.flatMap((bytes) => {
  const text = new TextDecoder().decode(bytes);
  return [new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le")), new Uint8Array(Buffer.from(text, "latin1"))];
});
const rows = [
  { a: 1, b: "x", c: { d: null } },
  { a: 2.5, b: "y", c: { d: [1] } },
  { a: null, b: "", e: true },
];
const jsonLines = utf8(rows.map((row) => JSON.stringify(row)).join("\n"));
const parquets = ["snappy", "gzip", "zstd", "brotli", "lz4", "plain", "nested"].map((name) =>
  fixture(`${name}.parquet`),
);

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/** The parts of a workbook, as text. */
const workbook: Readonly<Record<string, string>> = {
  "_rels/.rels": `<Relationships><Relationship Id="r" Type="${types}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  "xl/workbook.xml": `<workbook ${main}><sheets><sheet name="A &amp; B" sheetId="1" r:id="r1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="${types}/worksheet" Target="worksheets/s.xml"/><Relationship Id="r2" Type="${types}/sharedStrings" Target="strings.xml"/><Relationship Id="r3" Type="${types}/styles" Target="styles.xml"/></Relationships>`,
  "xl/strings.xml": `<sst ${main}><si><t>x</t></si><si><r><t>y</t></r><r><t xml:space="preserve"> &#122;</t></r></si></sst>`,
  "xl/styles.xml": `<styleSheet ${main}><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
  "xl/worksheets/s.xml": `<worksheet ${main}><sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>n</t></is></c></row><row r="3"><c r="B3" s="1"><v>45000.5</v></c><c><f>1+1</f></c></row><row><c t="e"><v>#N/A</v></c><c r="C9"><v>2e3</v></c></row></sheetData></worksheet>`,
};
const packedWorkbook = (random: handgrad.RandomState, lies: boolean): Uint8Array => {
  const changed = pick(Object.keys(workbook), random);
  const parts = Object.entries(workbook).map(([path, content]) => {
    const bytes = utf8(content);
    return [path, path === changed ? mutate(bytes, random, [bytes]) : bytes];
  });
  return zipOf(Object.fromEntries(parts), random, deflateRawSync, { ending: "", lies });
};

export const tableTargets: Record<string, FuzzTarget> = {
  delimited: { seeds: [...delimited, ...encoded], ...reading("table.csv") },
  csvGzip: {
    seeds: delimited.map((bytes) => new Uint8Array(gzipSync(bytes))),
    ...reading("table.csv.gz"),
    structured: (random) => new Uint8Array(gzipSync(mutate(pick(delimited, random), random, delimited), { level: 1 })),
  },
  jsonLines: {
    seeds: [jsonLines],
    ...reading("table.jsonl"),
    structured: (random) => utf8(rows.map((row) => JSON.stringify(mutateJson(row, random) ?? null)).join("\n")),
  },
  jsonTable: {
    seeds: [utf8(JSON.stringify(rows)), utf8(JSON.stringify({ a: [1, 2], b: ["x", null] }))],
    ...reading("table.json"),
    structured: (random) => utf8(JSON.stringify(mutateJson(rows, random) ?? null)),
  },
  parquet: { seeds: parquets, ...reading("table.parquet") },
  excel: {
    seeds: [fixture("book.xlsx"), packedWorkbook(new handgrad.RandomState(1), false)],
    ...reading("table.xlsx"),
    structured: (random) => packedWorkbook(random, random.randomSample() < 0.3),
  },
};
