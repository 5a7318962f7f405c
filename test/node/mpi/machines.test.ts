import { expect, test } from "vitest";
import { breakEvenBatch } from "../../../src/node.ts";

test("rows at which exchanging gradients takes as long as computing them", () => {
  // 4 machines exchange 2 times 32 bits a parameter, and compute 6 operations a row and parameter
  expect(breakEvenBatch(200e9, 10e9, 4)).toBeCloseTo((2 * 32) / 10e9 / (6 / 200e9), 6);
  expect(breakEvenBatch(200e9, 10e9, 4)).toBeCloseTo(213.3, 1);
  expect(breakEvenBatch(200e9, 1e9, 4)).toBeCloseTo(2133.3, 1);
  expect(breakEvenBatch(200e9, 10e9, 1)).toBe(0);
});
