import type { Case } from "../../exercise.ts";
import { mapped, scalar, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface BinaryCase extends Case {
  readonly logits: Quantity;
  readonly targets: Quantity;
}

export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** −t·log p − (1 − t)·log(1 − p), exact for all x */
export const entropy = (x: number, t: number): number => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));

const mean = (values: Quantity): Quantity =>
  scalar(values.data.reduce((sum, value) => sum + value, 0) / values.data.length);

export const lossOf = ({ logits, targets }: BinaryCase, term = entropy): Quantity =>
  mean(zipped(logits, targets, term));

export const gradient = (
  { logits, targets }: BinaryCase,
  derivative = (x: number, t: number): number => sigmoid(x) - t,
): Quantity => {
  const all = zipped(logits, targets, derivative);
  return mapped(all, (value) => value / all.data.length);
};
