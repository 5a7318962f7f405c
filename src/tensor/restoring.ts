import type { Numbers } from "./tensor.ts";

/** Runs something that changes the numbers, and then restores them, even after an error. */
export async function restoring<Result>(
  numbers: readonly Numbers[],
  run: () => Result | Promise<Result>,
): Promise<Result> {
  const before = numbers.map((values) => values.slice());
  try {
    return await run();
  } finally {
    numbers.forEach((values, i) => {
      values.set(before[i]);
    });
  }
}
