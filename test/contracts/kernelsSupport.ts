import { expect } from "vitest";
import type { Kernels } from "../../src/kernels/kernels.ts";
import { type DType, dtypeOf, type Numbers, zeros } from "../../src/tensor/tensor.ts";

/** What the kernels' contract allows, relative to the size of the terms. */
export const tolerance = (dtype: DType): number => (dtype === "float64" ? 1e-12 : 1e-5);

/** Reproducible numbers in −1 … 1 (a linear congruential generator: nothing here needs better). */
export function noise(dtype: DType, length: number, seed: number): Numbers {
  const numbers = zeros(dtype, length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    numbers[i] = state / 2 ** 31 - 1;
  }
  return numbers;
}

/** x rounded to the 8 leading bits that bfloat16 keeps, ties to even. */
export function toBfloat16(x: number): number {
  if (x === 0) return 0;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 7);
  const below = Math.floor(x / unit);
  const rest = x / unit - below;
  return unit * (below + (rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? 1 : 0));
}

/** Noise that these kernels multiply as it is: those of bfloat16 round other numbers before. */
export function factors(kernels: Kernels, dtype: DType, length: number, seed: number): Numbers {
  const numbers = noise(dtype, length, seed);
  return dtype === "float32" && kernels.precision === "bfloat16" ? numbers.map(toBfloat16) : numbers;
}

/** Where an array is: in the kernels' memory, in JavaScript's, or in the kernels' at an odd place within a larger array. */
export type Memory = "resident" | "foreign" | "offset";

export function place(kernels: Kernels, values: Numbers, where: Memory): Numbers {
  if (where === "foreign") return values;
  const margin = where === "offset" ? 1 : 0;
  const whole = kernels.allocate(dtypeOf(values), values.length + 2 * margin);
  const part = whole.subarray(margin, margin + values.length);
  part.set(values);
  return part;
}

/** All of a small array; of a large one the corners and some places between. */
export function positions(length: number, seed: number): Iterable<number> {
  if (length <= 300) return Array(length).keys();
  const random = noise("float64", 200, seed);
  return [0, 1, length - 2, length - 1, ...Array.from(random, (r) => Math.floor(((r + 1) / 2) * length))];
}

/** `size` is that of the terms the value was made of, where they are larger than it. */
export function close(dtype: DType, got: number, expected: number, size = 1): void {
  if (Object.is(got, expected) || got === expected) return;
  if (!(Math.abs(got - expected) <= tolerance(dtype) * Math.max(size, Math.abs(expected)))) {
    expect.fail(`got ${got}, expected ${expected} (${dtype})`);
  }
}

/** Equal to the bit; quicker than the test runner's comparison, which matters for large arrays. */
export function same(got: Numbers, expected: Numbers, name = "array"): void {
  const differs = got.findIndex((value, i) => !Object.is(value, expected[i]));
  if (differs >= 0) expect.fail(`${name}[${differs}] = ${got[differs]}, expected ${expected[differs]}`);
}
