import { scalar } from "./quantities.ts";
import type { Quantity, Returned } from "./wire.ts";

/**
 * A returned value as numbers, or a description of what it is instead. `right` is the expected kind: a number, or a vector, for which a
 * list is accepted too.
 */
export function asQuantity(value: Returned, right?: Quantity): Quantity | string {
  const rank = right?.shape.length;
  if (value.kind === "array")
    return rank === 0 && value.shape.length > 0 ? `an array of shape (${value.shape.join(", ")})` : value;
  if (value.kind === "plain" && typeof value.value === "number" && (rank ?? 0) === 0) return scalar(value.value);
  if (value.kind === "plain" && typeof value.value === "boolean" && (rank ?? 0) === 0)
    return scalar(value.value ? 1 : 0);
  if (value.kind === "other") return value.what;
  if (value.kind === "plain") return value.value === null ? "null" : `the ${typeof value.value} ${value.value}`;
  const numbers =
    value.kind === "list" ? value.items.map((item) => (item.kind === "plain" ? item.value : Number.NaN)) : [];
  if (value.kind === "list" && (rank ?? 1) === 1 && numbers.every((item) => typeof item === "number"))
    return { shape: [numbers.length], data: Float64Array.from(numbers as number[]) };
  return value.kind === "list" ? "a list" : "an object";
}

export const wanted = ({ shape }: Quantity): string =>
  shape.length === 0 ? "a number" : `an array of shape (${shape.join(", ")})`;
