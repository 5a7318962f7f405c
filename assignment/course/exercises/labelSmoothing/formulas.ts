import type { Case } from "../../exercise.ts";
import { mapped, quantity, rowSums, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface SmoothingCase extends Case {
  readonly logits: Quantity;
  readonly labels: readonly number[];
  readonly smoothing: number;
}

/** log p, exact for all logits */
export function logSoftmax(logits: Quantity): Quantity {
  const classes = logits.shape[1];
  const rows = Array.from({ length: logits.shape[0] }, (_, i) => logits.data.slice(i * classes, (i + 1) * classes));
  const normalizers = rows.map((row) => {
    const most = Math.max(...row);
    return most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
  });
  return mapped(logits, (value, at) => value - normalizers[Math.floor(at / classes)]);
}

export interface Sizes {
  readonly s: number;
  readonly classes: number;
  readonly N: number;
}

/** A target of a class that is the label, or is not. */
export type Target = (isLabel: boolean, sizes: Sizes) => number;

export const right: Target = (isLabel, { s, classes }) => (isLabel ? 1 - s : 0) + s / classes;

export function targets({ logits: { shape }, labels, smoothing }: SmoothingCase, target: Target): Quantity {
  const [N, classes] = shape;
  return quantity(
    shape,
    labels.flatMap((label) =>
      Array.from({ length: classes }, (_, c) => target(c === label, { s: smoothing, classes, N })),
    ),
  );
}

export const lossOf = (
  one: SmoothingCase,
  target: Target = right,
  logarithms: (logits: Quantity) => Quantity = logSoftmax,
): Quantity => {
  const t = targets(one, target);
  const all = mapped(logarithms(one.logits), (value, at) => -t.data[at] * value);
  return scalar(all.data.reduce((sum, value) => sum + value, 0) / one.labels.length);
};

export const softmax = (logits: Quantity): Quantity => mapped(logSoftmax(logits), Math.exp);

/** (entry(p) − t)/N */
export const gradientOf = (
  one: SmoothingCase,
  target: Target = right,
  entry: (p: number, rowSum: number) => number = (p) => p,
): Quantity => {
  const t = targets(one, target);
  const sums = rowSums(t);
  const classes = one.logits.shape[1];
  return mapped(
    softmax(one.logits),
    (p, at) => (entry(p, sums.data[Math.floor(at / classes)]) - t.data[at]) / one.labels.length,
  );
};
