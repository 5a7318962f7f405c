import { describe, expect, it } from "vitest";
import { byFinerLabels, type Dataset, firstRows, groupsOf } from "../../src/data/dataset.ts";
import { pickRows } from "../../src/data/split.ts";
import { DataError, SettingsError } from "../../src/tensor/errors.ts";

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

describe("finer classes", () => {
  const finer = { labels: Int32Array.of(2, 0, 1), labelNames: ["oak", "rose", "tulip"] };
  const plants: Dataset = { ...table, labelNames: ["flower", "tree"], finer };

  it("stay beside the rows that are taken", () => {
    expect(firstRows(plants, 2).finer?.labels).toEqual(Int32Array.of(2, 0));
    expect(pickRows(plants, Int32Array.of(2, 0)).finer?.labels).toEqual(Int32Array.of(1, 2));
  });

  it("take the place of the labels", () => {
    const { labels, labelNames, finer: none } = byFinerLabels(plants);
    expect({ labels, labelNames, none }).toEqual({ ...finer, none: undefined });
    expect(() => byFinerLabels(table)).toThrow(DataError);
  });

  it("belong to one label each", () => {
    expect(groupsOf(plants)).toEqual([1, 0, 0]);
    const split = { ...plants, finer: { ...finer, labels: Int32Array.of(0, 0, 1) } };
    expect(() => groupsOf(split)).toThrow("oak: expected rows with one label, found flower and, in row 1, tree");
    expect(() => groupsOf(firstRows(plants, 2))).toThrow("rose: expected at least one row, found none");
  });
});
