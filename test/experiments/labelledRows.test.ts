import { describe, expect, test } from "vitest";
import { fitTable } from "../../src/data/fitTable.ts";
import { tableOf } from "../../src/data/table.ts";
import { inspectTarget } from "../../src/data/tablePreprocessing.ts";
import { labelledImages, labelledTable } from "../../src/experiments/labelledRows.ts";
import { type Dataset, Flatten, Linear, type Model, modelOf, RandomState, Sequential } from "../../src/index.ts";

const training = tableOf("training", { x: [1, 2, 3, 4], kind: ["a", "b", "a", "b"], y: ["p", "q", "p", "q"] });

function modelFor(target: "y" | "x"): Model {
  const task = target === "x" ? "regression" : "classification";
  const preprocessing = fitTable(training, inspectTarget(training, { target, task }));
  const inputs = target === "x" ? 4 : 3;
  const layer = new Linear(inputs, target === "x" ? 1 : 2, { random: new RandomState(1) });
  const answers = target === "x" ? "numbers" : "classes";
  return modelOf(new Sequential([layer]), {
    inputShape: [inputs],
    labelNames: target === "x" ? ["x"] : ["p", "q"],
    answers,
    preprocessing,
  });
}

describe("rows of a table", () => {
  test("whose label is known are used; the others are counted by reason", () => {
    const table = tableOf("new", {
      x: [1, 2, 3, 4, 5, 6],
      kind: ["a", "b", "a", "b", "a", "b"],
      y: ["q", "", "z", "p", "z", "w"],
    });
    const { dataset, unusable } = labelledTable(modelFor("y"), table);
    expect([...dataset.labels]).toEqual([1, 0]);
    expect(dataset.inputs.length).toBe(2 * 3);
    expect(unusable).toEqual([
      { reason: 'y is "z", which is not a class of the model', rows: 2, first: 4 },
      { reason: "y is missing", rows: 1, first: 3 },
      { reason: 'y is "w", which is not a class of the model', rows: 1, first: 7 },
    ]);
  });

  test("with a text for a number are left out, however many there are", () => {
    const rows = 1000;
    const bad = (row: number) => row % 100 === 7;
    const table = tableOf("new", {
      x: Array.from({ length: rows }, (_, row) => (bad(row) ? "oops" : String(row))),
      kind: Array<string>(rows).fill("a"),
      y: Array<string>(rows).fill("p"),
    });
    const { dataset, unusable } = labelledTable(modelFor("y"), table);
    expect(dataset.labels.length).toBe(990);
    expect(unusable).toEqual([{ reason: "x: expected a number, found oops", rows: 10, first: 9 }]);
  });

  test("of a regression need a number", () => {
    const table = tableOf("new", { x: ["1", "?", "", "3"], kind: ["a", "a", "b", "b"], y: ["p", "q", "p", "q"] });
    const { dataset, unusable } = labelledTable(modelFor("x"), table);
    expect(dataset.targets?.values).toEqual(new Float32Array([-1.5, 0.5].map((value) => value / Math.sqrt(1.25))));
    expect(unusable.map(({ reason }) => reason)).toEqual(['x is "?", which is not a number', "x is missing"]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "no target",
      () => labelledTable(modelFor("y"), tableOf("new", { x: [1], kind: ["a"], Y: ["p"] })),
      /expected the column y with the true values \("Y" differs only in case/,
    ],
    [
      "no usable row",
      () => labelledTable(modelFor("y"), tableOf("new", { x: [1], kind: ["a"], y: ["z"] })),
      /no row can be scored: y is "z", which is not a class of the model \(1\)/,
    ],
    [
      "a missing input",
      () => labelledTable(modelFor("y"), tableOf("new", { kind: ["a"], y: ["p"] })),
      /expected the column x/,
    ],
    [
      "images for a table",
      () => labelledImages(modelFor("y"), images(["p"])),
      /expected a table, as in training, found images/,
    ],
  ])("%s is refused", (_, run, message) => expect(run).toThrow(message));
});

function images(labelNames: readonly string[]): Dataset {
  const rows = labelNames.length;
  return {
    name: "pictures",
    inputs: Uint8Array.from({ length: 4 * rows }, (_, i) => i),
    inputShape: [2, 2, 1],
    labels: Int32Array.from({ length: rows }, (_, i) => i),
    labelNames,
  };
}

test("images are matched by the names of their classes", () => {
  const model = modelOf(new Sequential([new Flatten(), new Linear(4, 2, { random: new RandomState(1) })]), {
    inputShape: [2, 2, 1],
    labelNames: ["dog", "cat"],
  });
  const { dataset, unusable } = labelledImages(model, images(["bird", "cat", "dog"]));
  expect([...dataset.labels]).toEqual([1, 0]);
  expect([...dataset.inputs]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
  expect(unusable).toEqual([{ reason: 'the class is "bird", which is not a class of the model', rows: 1, first: 0 }]);
  expect(() => labelledImages(model, { ...images(["cat"]), inputShape: [1, 4, 1] })).toThrow(
    /expected images of the shape .* \(2, 2, 1\), found \(1, 4, 1\)/,
  );
});
