import { expect, test } from "vitest";
import { NdArray, reshape, zeros } from "../../../assignment/course/project/array.ts";

const ten = new NdArray([10]);

test("a shape is changed by lengths one by one", () => {
  expect(reshape(ten, 5, 2).shape).toEqual([5, 2]);
});

test.each([
  [[5, -1], "reshape: expected each length as a number, found 5,-1; reshape(a, 5, 2) fits 10 numbers"],
  [[[5, -1]], "reshape: expected each length as a number, found [5,-1]; reshape(a, 5, 2) fits 10 numbers"],
  [[[5, 2]], "reshape: expected each length as a number, found [5,2]; reshape(a, 5, 2) fits 10 numbers"],
  [[3, -1], "reshape: expected each length as a number, found 3,-1"],
  [[5, 3], "NdArray: shape (5, 3) needs 15 numbers, found 10"],
  [[2.5, 4], "NdArray: expected lengths such as 2, 3, found 2.5,4"],
])("a shape %j that does not fit says what was found, and what fits", (shape, message) => {
  expect(() => reshape(ten, ...(shape as number[]))).toThrow(new RangeError(message));
});

test("a list in place of lengths is refused", () => {
  expect(() => zeros([2, 3] as unknown as number)).toThrow("NdArray: expected lengths such as 2, 3, found [2,3]");
});
