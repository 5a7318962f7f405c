import Papa from "papaparse";
import { expect, test } from "vitest";
import { DelimitedReader } from "../../src/data/rawCsv.ts";
import { plainNumber, type RawTable, type RawTableOptions } from "../../src/data/rawTable.ts";
import { DataError } from "../../src/index.ts";
import fc from "../properties.ts";
import { simpleCsv } from "./simpleCsv.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const words = new Set(["NA", "n/a", "-", "007"]);

/** Reads in pieces that end at the given places. */
function read(
  text: string | Uint8Array,
  { cuts = [], ...options }: Partial<RawTableOptions> & { readonly cuts?: readonly number[] } = {},
): RawTable {
  const bytes = typeof text === "string" ? encode(text) : text;
  const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) => a - b);
  const reader = new DelimitedReader({
    name: "t.csv",
    amongNumbers: (cell) => words.has(cell),
    totalBytes: () => bytes.length,
    ...options,
  });
  const pass = () => {
    for (let i = 0; i < ends.length; i++) reader.push(bytes.slice(ends[i - 1] ?? 0, ends[i]));
    reader.end();
  };
  pass();
  if (reader.readAgain()) pass();
  return reader.finish();
}

/** All cells below the first row as text; numbers as "#" and their value. */
function cellsOf({ rows, columns }: RawTable): string[][] {
  return Array.from({ length: rows }, (_, row) =>
    columns.map((cells) => {
      if (cells.kind === "texts") return cells.texts.values.at(cells.texts.codes[row]);
      const odd = cells.odd?.rows.indexOf(row) ?? -1;
      if (odd >= 0 && cells.odd) return cells.odd.texts.values.at(cells.odd.texts.codes[odd]);
      return Number.isNaN(cells.numbers[row])
        ? ""
        : `#${Object.is(cells.numbers[row], -0) ? "-0" : cells.numbers[row]}`;
    }),
  );
}

/** What `cellsOf` should give for these rows of texts: columns of numbers and odd words are numbers. */
function expected(rows: readonly (readonly string[])[], decimalComma: boolean): string[][] {
  const isNumber = rows[0].map((_, j) =>
    rows
      .slice(1)
      .every((row) => row[j] === "" || words.has(row[j]) || !Number.isNaN(plainNumber(row[j], decimalComma))),
  );
  return rows.slice(1).map((row) =>
    row.map((cell, j) => {
      const value = plainNumber(cell, decimalComma);
      return isNumber[j] && !Number.isNaN(value) ? `#${Object.is(value, -0) ? "-0" : value}` : cell;
    }),
  );
}

const cutPlaces = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

test("agrees with the simple parser on any text, in any pieces", () => {
  const alphabet = [
    "a",
    "é",
    "1",
    "0",
    "2.5",
    "-",
    "e",
    "007",
    "NA",
    ".",
    ",",
    ",",
    ";",
    "\t",
    '"',
    '"',
    " ",
    "\n",
    "\n",
    "\r",
    "\r\n",
  ];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...alphabet), { maxLength: 40 }).map((parts) => parts.join("")),
      fc.constantFrom(",", ";", "\t", "|"),
      cutPlaces,
      (text, delimiter, cuts) => {
        fc.pre(!/^\s*#|^"?sep=/i.test(text));
        const wanted = simpleCsv(text, delimiter);
        let found: RawTable;
        try {
          found = read(text, { delimiter, cuts });
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          if (/empty$/.test(error.message)) expect(wanted).toEqual([]);
          // reports the first of several errors
          else expect(wanted, error.message).toEqual(expect.any(String));
          return;
        }
        if (typeof wanted === "string") {
          // Only the names of row names may be missing in the first row
          expect([delimiter, wanted, found.first?.[0]]).toEqual(["\t", "ragged", ""]);
          return;
        }
        expect(found.first).toEqual(wanted[0]);
        expect(cellsOf(found)).toEqual(expected(wanted, delimiter === ";"));
      },
    ),
    { numRuns: 1500 },
  );
});

const cell = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => text.replaceAll("\0", "").trim()),
  fc.constantFrom("", "1", "-2.50", "3e5", "NA", "007", "a,b", 'say "hi"', "two\nlines", "x;y", "12345678901234567890"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

test("agrees with Papa Parse on what it writes", () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 5 })
        .chain((width) =>
          fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 2, maxLength: 12 }),
        ),
      fc.constantFrom(",", ";", "\t", "|"),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      cutPlaces,
      (rows, delimiter, newline, quotes, cuts) => {
        rows[0] = rows[0].map((_, i) => `name ${i}`);
        const text = Papa.unparse(rows, { delimiter, newline, quotes });
        const again = Papa.parse<string[]>(text, { delimiter, newline, skipEmptyLines: "greedy" });
        const trimmed = again.data.map((row) =>
          row.map((each) => each.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "")),
        );
        const found = read(text, { delimiter, cuts });
        expect(found.first).toEqual(trimmed[0]);
        expect(cellsOf(found)).toEqual(expected(trimmed, delimiter === ";"));
      },
    ),
    { numRuns: 500 },
  );
});

test("numbers are rounded as JavaScript rounds them", () => {
  const digits = (maxLength: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { maxLength }).map((list) => list.join(""));
  const number = fc
    .tuple(
      fc.constantFrom("", "-", "+"),
      digits(20),
      fc.option(digits(25)),
      fc.option(fc.integer({ min: -330, max: 330 })),
    )
    .map(([sign, whole, fraction, power]) => {
      const exponent = power === null ? "" : `e${power}`;
      return `${sign}${whole}${fraction === null ? "" : `.${fraction}`}${exponent}`;
    });
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          number,
          doubles.map(String),
          doubles.map((x) => x.toExponential(18)),
          doubles.map((x) => (x % 1000).toFixed(17)),
        ),
        {
          minLength: 1,
          maxLength: 50,
        },
      ),
      (texts) => {
        const found = read(`x\n${texts.map((text) => `${text},`).join("\n")}`.replace("x", "x,y"), {
          amongNumbers: () => true,
        });
        const rows = texts.filter((text) => text !== "");
        expect(cellsOf(found).map(([each]) => each)).toEqual(
          rows.map((text) => {
            const value = plainNumber(text);
            return Number.isNaN(value) ? text : `#${Object.is(value, -0) ? "-0" : value}`;
          }),
        );
      },
    ),
    { numRuns: 1000 },
  );
});
