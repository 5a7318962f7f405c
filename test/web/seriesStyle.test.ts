import { expect, test } from "vitest";
import { dashedBackground, seriesStyle } from "../../web/app/shared/ui/seriesStyle.ts";

test("30 curves have pairs of a colour and dashes of their own; the first six need no dashes", () => {
  const pairs = Array.from({ length: 30 }, (_, number) => JSON.stringify(seriesStyle(number)));
  expect(new Set(pairs).size).toBe(30);
  for (let number = 0; number < 6; number++) expect(seriesStyle(number).dash).toEqual([]);
});

test("a legend repeats the dashes of its curve", () => {
  expect(dashedBackground("red", [])).toBe("red");
  expect(dashedBackground("red", [9, 4])).toBe(
    "repeating-linear-gradient(to right, red 0px 9px, transparent 9px 13px)",
  );
});
