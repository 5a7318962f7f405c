import { describe, expect, test } from "vitest";
import { ShapeError, Tensor, tensor } from "../../src/index.ts";
import fc from "../properties.ts";

describe("Tensor", () => {
  test("nested arrays go in and come out", () => {
    const values = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [
        [7, 8],
        [9, 10],
        [11, 12],
      ],
    ];
    const x = tensor(values, "float64");
    expect(x.shape).toEqual([2, 3, 2]);
    expect([...x.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(x.toArray()).toEqual(values);
  });

  test("a number is a tensor of rank 0", () => {
    expect(tensor(3).shape).toEqual([]);
    expect(tensor(3).toArray()).toBe(3);
  });

  test("toArray undoes reshape for every shape", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, (shape) => {
        const size = shape.reduce((product, length) => product * length, 1);
        const x = new Tensor(
          shape,
          Float64Array.from({ length: size }, (_, i) => i),
        );
        expect(tensor(x.toArray(), "float64")).toEqual(x);
      }),
    );
  });

  test.each([
    ["ragged rows", () => tensor([[1, 2], [3]]), "ragged"],
    ["a number beside an array", () => tensor([[1], 2]), "ragged"],
    ["too few numbers", () => new Tensor([2, 2], new Float32Array(3)), "needs 4 values, got 3"],
    ["a negative length", () => new Tensor([-1, -1], new Float32Array(1)), "(-1, -1)"],
    ["a length that is not whole", () => new Tensor([0.5, 2], new Float32Array(1)), "(0.5, 2)"],
    ["another size in reshape", () => tensor([1, 2, 3]).reshape([2, 2]), "needs 4 values, got 3"],
  ])("refuses %s", (_, make, message) => {
    expect(make).toThrow(ShapeError);
    expect(make).toThrow(message);
  });

  test("reshape shares, clone does not", () => {
    const x = tensor([1, 2, 3, 4]);
    x.reshape([2, 2]).data[0] = 9;
    x.clone().data[1] = 9;
    expect([...x.data]).toEqual([9, 2, 3, 4]);
    expect(x.clone("float64").dtype).toBe("float64");
  });
});
