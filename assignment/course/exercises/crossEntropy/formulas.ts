import type { Case } from "../../exercise.ts";
import { mapped, quantity, scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { softmaxOf } from "../softmax/wrongSoftmax.ts";

export interface LossCase extends Case {
  readonly logits: Quantity;
  readonly labels: readonly number[];
}

/** J = −(1/N)·Σ log p[i, label[i]], from logits, so that it stays finite where p is 0. */
export function lossOf({ logits: { shape, data }, labels }: LossCase): Quantity {
  const [batch, classes] = shape;
  let sum = 0;
  for (let i = 0; i < batch; i++) {
    const row = data.slice(i * classes, (i + 1) * classes);
    const most = Math.max(...row);
    sum += most + Math.log(row.reduce((total, value) => total + Math.exp(value - most), 0)) - row[labels[i]];
  }
  return scalar(sum / batch);
}

/** (p − onehot)/N */
export const gradientOf = ({ logits, labels }: LossCase): Quantity =>
  gradientWith(rightGradient, softmaxOf(logits), labels);

/** Where a row's number is looked up: the place in the data of (batch, classes). */
type Place = (i: number, label: number, classes: number, batch: number) => number;

/** Parts of the loss from probabilities: (Σ term(p[place]))/divisor. */
export interface LossParts {
  readonly divisor: (batch: number, classes: number) => number;
  readonly place: Place;
  readonly term: (p: number) => number;
}

export const rightLoss: LossParts = {
  divisor: (batch) => batch,
  place: (i, label, classes) => i * classes + label,
  term: (p) => -Math.log(p),
};

export function lossWith({ divisor, place, term }: LossParts, p: Quantity, labels: readonly number[]): Quantity {
  const [batch, classes] = p.shape;
  const sum = labels.reduce((total, label, i) => total + term(p.data[place(i, label, classes, batch)]), 0);
  return scalar(sum / divisor(batch, classes));
}

/** Parts of the gradient: (entry(p) − subtracted at place)/divisor. */
export interface GradientParts {
  readonly divisor: (batch: number, classes: number) => number;
  readonly place: Place;
  readonly entry: (p: number) => number;
  readonly subtracted: (label: number) => number;
}

export const rightGradient: GradientParts = {
  divisor: (batch) => batch,
  place: (i, label, classes) => i * classes + label,
  entry: (p) => p,
  subtracted: () => 1,
};

export function gradientWith(parts: GradientParts, p: Quantity, labels: readonly number[]): Quantity {
  const [batch, classes] = p.shape;
  const result = mapped(p, parts.entry);
  for (const [i, label] of labels.entries()) {
    const at = parts.place(i, label, classes, batch);
    if (at >= 0 && at < result.data.length) result.data[at] -= parts.subtracted(label);
  }
  return mapped(result, (value) => value / parts.divisor(batch, classes));
}

/** 1 at the labels, 0 elsewhere. */
export function oneHot({ shape, data }: Quantity, labels: readonly number[]): Quantity {
  const result = quantity(shape, new Float64Array(data.length));
  labels.forEach((label, i) => {
    result.data[i * shape[1] + label] = 1;
  });
  return result;
}
