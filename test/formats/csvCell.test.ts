import Papa from "papaparse";
import { expect, test } from "vitest";
import { csvCell } from "../../src/formats/csvCell.ts";
import fc from "../properties.ts";

test.each([
  ["plain", "plain"],
  ["", ""],
  ["a,b", '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ["two\nlines", '"two\nlines"'],
  ["a\rb", '"a\rb"'],
  ["-1.5", "-1.5"],
  ["+2e-3", "+2e-3"],
  ["-.5", "-.5"],
  ["-1+1", "'-1+1"],
  ["=1+1", "'=1+1"],
  ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
  ["-", "'-"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", '"\'\r=1"'],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ["＝1", "'＝1"],
])("%j is written as %s", (text, cell) => expect(csvCell(text)).toBe(cell));

test("any other reader finds the same text, with the quote in front where a formula would begin", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { data } = Papa.parse<string[]>(`first,${csvCell(text)}`, { delimiter: ",", newline: "\n" });
      expect(data).toHaveLength(1);
      expect([text, `'${text}`]).toContain(data[0][1]);
      expect(data[0][1]).not.toMatch(/^[=@\t\r]/);
    }),
  );
});
