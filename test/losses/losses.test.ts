import { describe, expect, test } from "vitest";
import {
  CrossEntropyLoss,
  HuberLoss,
  MeanAbsoluteError,
  MeanSquaredError,
  SettingsError,
  ShapeError,
  softmax,
  tensor,
} from "../../src/index.ts";

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
    expect(() => softmax(tensor([1, 2]))).toThrow("expected (batch, classes) or (batch, tokens, classes), got (2)");
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

describe("HuberLoss and MeanAbsoluteError", () => {
  const [x, y] = [tensor([[0.5, -3, 2]], "float64"), tensor([[0, 0, 2]], "float64")];

  test("by hand: ½d² up to δ, δ(|d| − ½δ) beyond", () => {
    const huber = new HuberLoss({ delta: 2 });
    expect(huber.forward(x, y)).toBeCloseTo((0.125 + 2 * (3 - 1) + 0) / 3, 15);
    expect([...huber.backward().data]).toEqual([0.5 / 3, -2 / 3, 0]);
    expect(new HuberLoss({ delta: 2, sizeAverage: false }).forward(x, y)).toBe(4.125);
  });

  test("by hand: |d|, whose derivative at 0 is 0", () => {
    const absolute = new MeanAbsoluteError();
    expect(absolute.forward(x, y)).toBeCloseTo(3.5 / 3, 15);
    expect([...absolute.backward().data]).toEqual([1 / 3, -1 / 3, 0]);
    const sum = new MeanAbsoluteError({ sizeAverage: false });
    expect(sum.forward(x, y)).toBe(3.5);
    expect([...sum.backward().data]).toEqual([1, -1, 0]);
  });

  test.each([0, -1, Number.NaN, Infinity])("delta %d is refused", (delta) => {
    expect(() => new HuberLoss({ delta })).toThrow(SettingsError);
  });

  test("other shapes, labels, and backward first, are refused; NaN stays NaN", () => {
    for (const loss of [new HuberLoss(), new MeanAbsoluteError()]) {
      expect(() => loss.backward()).toThrow("need a forward pass first");
      expect(() => loss.forward(tensor([1]), tensor([1, 2]))).toThrow("outputs are (1), targets (2)");
      expect(() => loss.forward(tensor([1]), [0] as never)).toThrow("found class labels");
      expect(loss.forward(tensor([Number.NaN]), tensor([1]))).toBeNaN();
      expect(loss.backward().data[0]).toBeNaN();
    }
  });
});

describe("class weights of CrossEntropyLoss", () => {
  test("a batch whose labels all have weight 0 has loss 0 and gradient 0", () => {
    const loss = new CrossEntropyLoss({ classWeights: [1, 0] });
    expect(loss.forward(tensor([[1, 2]], "float64"), [1])).toBe(0);
    expect([...loss.backward().data].every((value) => value === 0)).toBe(true);
  });

  test("equal weights change nothing, whatever they are", () => {
    const logits = tensor(
      [
        [1, 2, 0],
        [0, -1, 4],
      ],
      "float64",
    );
    const [plain, weighted] = [new CrossEntropyLoss(), new CrossEntropyLoss({ classWeights: [3, 3, 3] })];
    expect(weighted.forward(logits, [2, 0])).toBeCloseTo(plain.forward(logits, [2, 0]), 14);
    weighted.backward().data.forEach((value, i) => {
      expect(value).toBeCloseTo(plain.backward().data[i], 14);
    });
  });
});
