import type { Numbers } from "../tensor/tensor.ts";

/** The place of the first largest of `length` numbers from `start` on. */
export function argmax(values: Numbers, start = 0, length = values.length): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[start + i] > values[start + best]) best = i;
  return best;
}
