import { expect, it } from "vitest";
import { type Dataset, firstRows } from "../../src/data/dataset.ts";
import { SettingsError } from "../../src/tensor/errors.ts";

const table: Dataset = {
  name: "table",
  inputs: Float64Array.of(1, 2, 3, 4, 5, 6),
  inputShape: [2],
  labels: Int32Array.of(0, 1, 0),
  labelNames: ["no", "yes"],
};

it("the first rows share the memory of the whole", () => {
  const two = firstRows(table, 2);
  expect(two).toEqual({ ...table, inputs: Float64Array.of(1, 2, 3, 4), labels: Int32Array.of(0, 1) });
  expect(two.inputs.buffer).toBe(table.inputs.buffer);
  expect(firstRows(table, 10)).toEqual(table);
  expect(() => firstRows(table, 0)).toThrow(SettingsError);
});
