import { describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/csv.ts";
import { parseDate } from "../../src/data/dateText.ts";
import { interpretTable, rawOptionsOf } from "../../src/data/interpretTable.ts";
import { parseNumber } from "../../src/data/numberText.ts";
import { readRawCsv } from "../../src/data/rawCsv.ts";
import { findSentinels } from "../../src/data/sentinels.ts";
import type { TableReadOptions } from "../../src/data/tableOptions.ts";
import { DataError, parseTypes } from "../../src/index.ts";
import fc from "../properties.ts";

function column(cells: readonly string[], options: TableReadOptions = {}, name = "x") {
  const notes: string[] = [];
  const text = `${name}\n${cells.map((cell) => `"${cell}"`).join("\n")}\n`;
  const table = parseCsv(text, { name: "t.csv", ...options, onNote: (line) => notes.push(line) });
  const [{ cells: read, date }] = table.columns;
  const values = read instanceof Float64Array ? [...read] : Array.from(read.codes, (code) => read.values.at(code));
  return { values, notes: notes.filter((note) => !note.includes("read as column names")), date };
}
const typed = (types: string): TableReadOptions => ({ types: parseTypes(types) });

describe("numbers in their usual form", () => {
  test.each([
    [
      ["7,837", "12,001", "1,234,567.5"],
      [7837, 12001, 1234567.5],
    ],
    [
      ["1.234,5", "7.837", "512"],
      [1234.5, 7837, 512],
    ],
    [
      ["$1,234.50", "$5"],
      [1234.5, 5],
    ],
    [
      ["12,50 €", "1.000 €", "3 €"],
      [12.5, 1000, 3],
    ],
    [
      ["€ 5", "-€ 7", "€ 1.5"],
      [5, -7, 1.5],
    ],
    [
      ["12%", "0.5 %", "-3%"],
      [12, 0.5, -3],
    ],
    [
      ["(1,234)", "55"],
      [-1234, 55],
    ],
    [
      ["1'234.5", "7'000"],
      [1234.5, 7000],
    ],
    [
      ["1 234,5", "7 000"],
      [1234.5, 7000],
    ],
    [
      ["12,34,567", "1,00,000"],
      [1234567, 100000],
    ],
    [
      ["−5", "+3"],
      [-5, 3],
    ],
  ])("%j", (cells, numbers) => {
    const { values, notes } = column(cells);
    expect(values).toEqual(numbers);
    expect(notes.join("\n")).toMatch(/x: ".*" is read as /);
    expect(column(cells, typed("x=text")).values).toEqual(cells);
  });

  test("7,837 could be either, which is said, and --types decides", () => {
    const { values, notes } = column(["7,837", "1,250"]);
    expect(values).toEqual([7837, 1250]);
    expect(notes).toEqual([
      'x: "7,837" is read as 7837, but could also be 7.837; --types x=number-european changes it',
    ]);
    expect(column(["7,837", "1,250"], typed("x=number-european")).values).toEqual([7.837, 1.25]);
  });

  test.each([
    [["12 kg", "3 kg"]],
    [["$5", "€5"]],
    [["12%", "5"]],
    [["1,2,3", "4,5"]],
    [["192.168.1.1", "10.0.0.1"]],
    [["12345678901234567890", "12345678901234567891"]],
  ])("%j stays text", (cells) => expect(column(cells).values).toEqual(cells));

  test("any number survives being written with separators", () => {
    const written = (value: number, locale: string) => value.toLocaleString(locale, { maximumFractionDigits: 3 });
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (thousandths) => {
        const value = thousandths / 1000;
        expect(parseNumber(written(value, "en"), { decimal: ".", thousands: "," })).toBe(value);
        expect(parseNumber(written(value, "de"), { decimal: ",", thousands: "." })).toBe(value);
      }),
    );
  });

  test("any text is a number or not, without an error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = parseNumber(text, { decimal: ".", thousands: "," });
        expect(value === undefined || !Number.isNaN(value)).toBe(true);
      }),
    );
  });
});

describe("odd cells in a column of numbers", () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => String(i / 4));

  test("one text in 1000 rows is missing, and its row is named", () => {
    const cells = thousand.with(16, "abc");
    const { values, notes } = column(cells);
    expect(values[16]).toBeNaN();
    expect(notes).toEqual([
      'x: 1 cell is not a number ("abc" in row 18) and is treated as missing; --types x=text keeps it as text',
    ]);
    expect(column(cells, typed("x=text")).values[16]).toBe("abc");
  });

  test("few values with a text are categories, which is said; --types makes them numbers", () => {
    const cells = Array.from({ length: 100 }, (_, i) => (i % 20 === 0 ? "3+" : String(i % 3)));
    expect(column(cells).values).toEqual(cells);
    expect(column(cells).notes.join()).toContain('95 of 100 cells are numbers, but not "3+": read as text');
    expect(column(cells, typed("x=number")).values[0]).toBeNaN();
    expect(() => column(["a", "b"], typed("x=number"))).toThrow(DataError);
  });

  test("leading zeros are said", () => {
    expect(column(["01234", "99999"]).notes.join()).toContain("x: 01234 is read as the number 1234; --types x=text");
    expect(column(["01234", "99999"], typed("x=text")).values).toEqual(["01234", "99999"]);
  });
});

describe("numbers that mean missing", () => {
  const temperatures = Array.from({ length: 50 }, (_, i) => 10 + (i % 17));
  const withValue = (value: number, times: number, rest = temperatures) =>
    Float64Array.from([...rest, ...Array<number>(times).fill(value)]);

  test.each([-999, -9999, 999, 9999, 99999, -(2 ** 15)])("%d, repeated and far from the rest", (value) => {
    expect(findSentinels(withValue(value, 4))).toEqual([{ value, rows: 4 }]);
    expect(findSentinels(withValue(value, 1))).toEqual([]);
  });

  test("several in one column", () => {
    const numbers = Float64Array.from([...temperatures, -999, -999, 9999, 9999, 9999]);
    expect(findSentinels(numbers).map(({ value }) => value)).toEqual([-999, 9999]);
  });

  test("no guess for values that may be meant", () => {
    expect(findSentinels(withValue(-1, 5, [0, 1, 2, 3, 1]))).toEqual([]);
    expect(
      findSentinels(
        withValue(
          99,
          5,
          Array.from({ length: 99 }, (_, i) => i),
        ),
      ),
    ).toEqual([]);
    expect(findSentinels(withValue(999, 5, [1, 5000, 40, 300, 2000]))).toEqual([]);
    expect(findSentinels(withValue(-5, 5, temperatures))).toEqual([]);
    expect(findSentinels(new Float64Array(9).fill(-999))).toEqual([]);
  });

  test("a note, and --missing overrides the guess", () => {
    const cells = [...withValue(-999, 3)].map(String);
    const guessed = column(cells);
    expect(guessed.values.at(-1)).toBeNaN();
    expect(guessed.notes).toEqual([
      "x: -999 in 3 rows is far from all other numbers and is treated as missing; --missing none keeps it",
    ]);
    expect(column(cells, { missing: ["none"] }).values.at(-1)).toBe(-999);
    const own = column(cells, { missing: ["x=10"] });
    expect([own.values[0], own.values.at(-1)]).toEqual([Number.NaN, -999]);
    expect(own.notes.join()).toContain('(--missing): "10" (3 cells)');
    expect(() => column(cells, { missing: ["y=10"] })).toThrow("--missing: no column is called y; there are x");
    expect(() => column(cells, { missing: ["X=10"] })).toThrow(
      'called X; "x" differs only in case or spaces; there are x',
    );
  });
});

describe("dates", () => {
  test.each([
    ["2012-01-31", "ymd", [2012, 1, 31, 1, 0]],
    ["1970-01-01", "ymd", [1970, 1, 1, 3, 0]],
    ["2012/2/29", "ymd", [2012, 2, 29, 2, 0]],
    ["2012-01-31T18:30", "ymd", [2012, 1, 31, 1, 18.5]],
    ["2012-01-31 06:15:00.250+02:00", "ymd", [2012, 1, 31, 1, 6.25]],
    ["2012-01-31T18:30:00Z", "ymd", [2012, 1, 31, 1, 18.5]],
    ["31/01/2012", "dmy", [2012, 1, 31, 1, 0]],
    ["31.1.12", "dmy", [2012, 1, 31, 1, 0]],
    ["01/31/2012 11:30 PM", "mdy", [2012, 1, 31, 1, 23.5]],
    ["Jan 31, 2012", "named", [2012, 1, 31, 1, 0]],
    ["31-Jan-12", "named", [2012, 1, 31, 1, 0]],
    ["Tue, 31 January 2012 10:00:00 GMT", "named", [2012, 1, 31, 1, 10]],
    ["20120131", "compact", [2012, 1, 31, 1, 0]],
    ["1328034600", "unix", [2012, 1, 31, 1, 18.5]],
    ["18:30", "time", [1970, 1, 1, 3, 18.5]],
  ] as const)("%s (%s)", (text, format, [year, month, day, weekday, hour]) => {
    expect(parseDate(text, format)).toMatchObject({ year, month, day, weekday });
    expect(parseDate(text, format)?.hour).toBeCloseTo(hour, 3);
  });

  test.each(["2012-02-30", "2012-13-01", "2012-01-01T25:00", "12:60", "hello 5, 2012", "2012-01"])(
    "%s is none",
    (text) => {
      expect(parseDate(text, "dmy") ?? parseDate(text, "named") ?? parseDate(text, "time")).toBeUndefined();
      if (text !== "2012-01") expect(parseDate(text, "ymd")).toBeUndefined();
    },
  );

  test("any day is read back, in every order", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
        (date) => {
          const [year, month, day] = date.toISOString().slice(0, 10).split("-");
          const wanted = {
            year: Number(year),
            month: Number(month),
            day: Number(day),
            weekday: (date.getUTCDay() + 6) % 7,
          };
          expect(parseDate(`${year}-${month}-${day}`, "ymd")).toMatchObject(wanted);
          expect(parseDate(`${day}/${month}/${year}`, "dmy")).toMatchObject(wanted);
          expect(parseDate(`${month}/${day}/${year}`, "mdy")).toMatchObject(wanted);
        },
      ),
    );
  });

  test.each([
    [["13/02/2012", "01/03/2012"], "dmy", "day/month/year, the only order possible; --types x=text"],
    [["03/01/2012", "02/13/2012"], "mdy", "month/day/year, the only order possible for 02/13/2012; --types x=text"],
    [["01/01/2012", "02/02/2012"], "mdy", "day and month are equal in all of them"],
    [["2012-01-03", "2012-02-01"], "ymd", undefined],
    [
      ["05/01/2012", "06/01/2012", "07/01/2012", "01/02/2012", "02/02/2012"],
      "dmy",
      "in this one the rows are sorted by date",
    ],
    [["02/01/2012", "01/02/2012", "03/01/2011"], "mdy", 'both orders are possible; with "/" it is the default'],
    [["02.01.2012", "01.02.2012", "03.01.2011"], "dmy", 'both orders are possible; without "/" it is the default'],
  ] as const)("the order of %j is %s", (cells, format, said) => {
    const { date, notes } = column(cells);
    expect(date).toBe(format);
    const [note] = notes;
    if (said) expect(note).toContain(said);
    else expect(note).toMatch(/^x: dates such as [\d-]+; --types x=text keeps the texts$/);
  });

  test("types: another order, texts, seconds since 1970; what is no date is missing", () => {
    const cells = ["02/01/2012", "01/02/2012", "03/01/2011"];
    expect(column(cells, typed("x=date-dmy")).date).toBe("dmy");
    expect(column(cells, typed("x=text")).date).toBeUndefined();
    expect(column(["1328034600", "1328034601"]).date).toBeUndefined();
    expect(column(["1328034600", "1328034601"], typed("x=unix")).date).toBe("unix");
    expect(column(["20120131", "20120201"], {}, "when").date).toBeUndefined();
    expect(column(["20120131", "20120201"], {}, "order_date").date).toBe("compact");
    expect(() => column(["a", "b"], typed("x=date"))).toThrow("expected dates in this order, found none");
    const many = Array.from({ length: 40 }, (_, i) => `2012-01-${String(1 + (i % 28)).padStart(2, "0")}`);
    const odd = column(many.with(3, "soon"));
    expect([odd.date, odd.values[3]]).toEqual(["ymd", ""]);
    expect(odd.notes.join("\n")).toContain('x: 1 cell is not a date ("soon" in row 5) and is treated as missing');
  });
});

describe("another file is read as that of training", () => {
  const read = (text: string, options: TableReadOptions = {}) =>
    interpretTable(readRawCsv(text, { name: "t.csv", ...rawOptionsOf(options) }), options);
  const rows = Array.from(
    { length: 60 },
    (_, i) => `"${i + 1},250.5",${i % 9 === 4 ? -999 : 20 + (i % 7)},${10 + i}.5`,
  );
  const trained = read(`a,b,c\n${rows.with(7, '"2,250",20,oops').join("\n")}\n`);

  test("separators, sentinels and odd texts, also where the new rows do not show them", () => {
    expect(trained.reading.columns).toMatchObject([
      { column: "a", kind: "number", format: { decimal: ".", thousands: "," } },
      { column: "b", kind: "number", missing: [-999] },
      { column: "c", kind: "number", oddIsMissing: true },
    ]);
    const { table, notes } = read('a,b,c\n"7,837",-999,never\n5,21,3\n', { reading: trained.reading });
    expect(table.columns.map(({ cells }) => cells)).toEqual([
      Float64Array.of(7837, 5),
      Float64Array.of(Number.NaN, 21),
      Float64Array.of(Number.NaN, 3),
    ]);
    expect(notes).toEqual([]);
  });

  test("nothing is guessed, and values that training did not have are refused if they are used", () => {
    const { table } = read("a,b,c\n1,5,-999\n2,6,-999\n3,7,8\n", { reading: trained.reading });
    expect(table.columns[2].cells).toEqual(Float64Array.of(-999, -999, 8));
    expect(() => read('a,b,c\n"1,5",1,1\n', { reading: trained.reading })).toThrow("a: expected a number, found 1,5");
  });

  test("a file without a header, as in training", () => {
    const bare = read("1,x\n2,y\n3,x\n");
    expect(bare.reading.header).toBe(false);
    const { table } = read("9,y\n", { reading: bare.reading, expected: ["column 1", "column 2"] });
    expect([table.rows, table.columns[0].name]).toEqual([1, "column 1"]);
  });
});
