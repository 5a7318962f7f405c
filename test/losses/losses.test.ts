import { describe, expect, test } from "vitest";
import { CrossEntropyLoss, MeanSquaredError, SettingsError, ShapeError, softmax, tensor } from "../../src/index.ts";

describe("softmax", () => {
  test("equal logits give equal shares", () => {
    expect(softmax(tensor([[5, 5, 5, 5]], "float64")).toArray()).toEqual([[0.25, 0.25, 0.25, 0.25]]);
  });

  test("extreme inputs give the right values, or NaN: never a wrong number", () => {
    const rows = [
      [1e4, -1e4],
      [-Infinity, 0],
      [-0, 0],
      [Infinity, 0],
      [Number.NaN, 0],
      [-Infinity, -Infinity],
    ];
    const p = softmax(tensor(rows, "float64")).toArray();
    expect(p).toEqual([[1, 0], [0, 1], [0.5, 0.5], ...Array(3).fill([Number.NaN, expect.any(Number)])]);
    expect((p as number[][])[4]).toEqual([Number.NaN, Number.NaN]);
    expect((p as number[][])[5]).toEqual([Number.NaN, Number.NaN]);
  });

  test("needs a matrix", () => {
    expect(() => softmax(tensor([1, 2]))).toThrow("expected (batch, classes), got (2)");
  });
});

describe("CrossEntropyLoss", () => {
  test("of equal logits is log(classes), as mean and as sum", () => {
    const logits = tensor(
      [
        [0, 0, 0],
        [1, 1, 1],
      ],
      "float64",
    );
    expect(new CrossEntropyLoss().forward(logits, [0, 2])).toBeCloseTo(Math.log(3), 15);
    expect(new CrossEntropyLoss({ sizeAverage: false }).forward(logits, [0, 2])).toBeCloseTo(2 * Math.log(3), 15);
  });

  test("gradients of a row add up to 0", () => {
    const loss = new CrossEntropyLoss({ labelSmoothing: 0.1 });
    loss.forward(tensor([[1, -2, 0.5]], "float64"), [1]);
    const [a, b, c] = loss.backward().data;
    expect(a + b + c).toBeCloseTo(0, 15);
  });

  test("far-apart logits: no overflow, the exact difference", () => {
    expect(new CrossEntropyLoss().forward(tensor([[1e4, -1e4]], "float64"), [1])).toBe(2e4);
    expect(new CrossEntropyLoss().forward(tensor([[1e4, -1e4]], "float64"), [0])).toBe(0);
    expect(new CrossEntropyLoss().forward(tensor([[Number.NaN, 0]], "float64"), [0])).toBeNaN();
  });

  test.each([
    ["a label beyond the classes", [0, 3], "labels must be whole numbers in 0 … 2, got 3 at 1"],
    ["a negative label", [-1, 0], "got -1 at 0"],
    ["half a label", [0.5, 0], "got 0.5 at 0"],
    ["too few labels", [0], "2 rows of logits, but 1 labels"],
  ])("refuses %s", (_, labels, message) => {
    const logits = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(() => new CrossEntropyLoss().forward(logits, labels)).toThrow(ShapeError);
    expect(() => new CrossEntropyLoss().forward(logits, labels)).toThrow(message);
  });

  test("backward first, and smoothing of 1, are refused", () => {
    expect(() => new CrossEntropyLoss().backward()).toThrow("need a forward pass first");
    expect(() => new CrossEntropyLoss({ labelSmoothing: 1 })).toThrow(SettingsError);
  });
});

describe("MeanSquaredError", () => {
  test("mean and sum over all elements", () => {
    const [x, y] = [
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor([
        [1, 1],
        [1, 1],
      ]),
    ];
    expect(new MeanSquaredError().forward(x, y)).toBe(14 / 4);
    const sum = new MeanSquaredError({ sizeAverage: false });
    expect(sum.forward(x, y)).toBe(14);
    expect(sum.backward().toArray()).toEqual([
      [0, 2],
      [4, 6],
    ]);
  });

  test("refuses other shapes", () => {
    expect(() => new MeanSquaredError().forward(tensor([1]), tensor([1, 2]))).toThrow("outputs are (1), targets (2)");
  });
});
