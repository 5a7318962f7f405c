import { expect, test } from "vitest";
import { datasetOf, ShapeError } from "../../src/index.ts";

const inputs = [[1], [2]];

test("a number of a customer as label is refused before a name is made for each", () => {
  const wrong = () => datasetOf({ inputs, labels: [0, 1_000_000_000] });
  expect(wrong).toThrow(ShapeError);
  expect(wrong).toThrow("data: labels: expected classes below 1000000, numbered from 0, found 1000000000");
});

test("a class that no row has is fine", () => {
  expect(datasetOf({ inputs, labels: [0, 3] }).labelNames).toEqual(["class 0", "class 1", "class 2", "class 3"]);
});

test.each([
  ["text", [["1"], [2]], '"1"'],
  ["text in a later row", [[1], "2"], '"2"'],
  ["null", [[1], [null]], "null"],
  ["nothing", undefined, "undefined"],
])("inputs that are not numbers: %s", (_, wrong, found) => {
  expect(() => datasetOf({ inputs: wrong as never, labels: [0, 1] })).toThrow(
    `tensor: expected numbers in nested arrays, found ${found}`,
  );
});
