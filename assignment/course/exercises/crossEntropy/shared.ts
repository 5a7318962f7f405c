import type { Deviation } from "../../deviations.ts";
import type { Mistake } from "../../exercise.ts";
import { scalar } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import type { LossCase, LossParts } from "./formulas.ts";

export const divisors: readonly Deviation<LossParts["divisor"]>[] = [
  {
    value: () => 1,
    cause: "missing-1/N",
    message: "the mean over the batch is a sum: the division by the size of the batch is missing",
  },
  {
    value: (_, classes) => classes,
    cause: "wrong-1/N",
    message: "the division is by the number of classes instead of the size of the batch",
  },
  {
    value: (batch, classes) => batch * classes,
    cause: "wrong-1/N",
    message: "the division is by the number of all logits instead of the size of the batch",
  },
  {
    value: (batch) => batch * batch,
    cause: "extra-1/N",
    message: "the division by the size of the batch happens twice",
  },
  { value: (batch) => 2 * batch, cause: "factor-2", message: "the result is half as large as it should be" },
  { value: (batch) => batch - 1, cause: "wrong-1/N", message: "the division is by the size of the batch minus 1" },
  { value: (batch) => -batch, cause: "sign", message: "the sign is wrong" },
];

export const places: readonly Deviation<LossParts["place"]>[] = [
  {
    value: (_, label) => label,
    cause: "wrong-index",
    message: "the labels always pick from the first row: each example has a row of its own",
  },
  {
    value: (i, label) => i + label,
    cause: "wrong-index",
    message: "the place of an entry is row + label: row-major places need the number of classes",
  },
  {
    value: (i, label, _, batch) => i * batch + label,
    cause: "wrong-index",
    message: "the place of an entry uses the size of the batch instead of the number of classes",
  },
  { value: (i, label, classes) => label * classes + i, cause: "wrong-index", message: "row and label are exchanged" },
  {
    value: (i, label, _, batch) => label * batch + i,
    cause: "wrong-index",
    message: "the place of an entry is that in a transposed matrix",
  },
  {
    value: (i, label, classes) => i * classes + label + 1,
    cause: "off-by-one",
    message: "the entry behind that of the label is used: labels count from 0",
  },
  {
    value: (i, label, classes) => i * classes + label - 1,
    cause: "off-by-one",
    message: "the entry in front of that of the label is used: labels count from 0",
  },
  {
    value: (i, _, classes) => i * classes,
    cause: "labels-unused",
    message: "the first class is used for every example; the labels are not",
  },
  {
    value: (i, _, classes) => i * classes + i,
    cause: "wrong-index",
    message: "the number of the row is used instead of its label",
  },
  {
    value: (i, _, classes) => i * classes + classes - 1,
    cause: "labels-unused",
    message: "the last class is used for every example; the labels are not",
  },
];

export const mistake = (message: string, results: Mistake<LossCase>["results"], cause: string): Mistake<LossCase> => ({
  cause,
  message,
  results,
});
export const batchOf = ({ logits }: LossCase): number => logits.shape[0];
export const mean = (sum: number, one: LossCase): Quantity => scalar(sum / batchOf(one));
export const total = (values: readonly number[] | Float64Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};
export const sum = ({ data }: Quantity): number => total(data);
