import { type Deviation, deviations, type WrongFormula } from "../../deviations.ts";
import { quantity } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

/** p = outer(e/total), e = exponential(x − shift): the parts of softmax, for the entry (i, j) of a matrix. */
export interface SoftmaxParts {
  readonly total: (e: Matrix, i: number, j: number) => number;
  readonly exponential: (v: number) => number;
  readonly outer: (p: number) => number;
  readonly shift: (x: Matrix, i: number, j: number) => number;
}

/** Rows of numbers. */
type Matrix = readonly Float64Array[];

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
const maximum = (values: readonly number[] | Float64Array): number => Math.max(...values);
const column = (a: Matrix, j: number): number[] => a.map((row) => row[j]);
const everything = (a: Matrix): number[] => a.flatMap((row) => [...row]);

export const rightSoftmax: SoftmaxParts = {
  total: (e, i) => sum(e[i]),
  exponential: Math.exp,
  outer: (p) => p,
  shift: (x, i) => maximum(x[i]),
};

/** Logits after the shift, and their exponentials. */
export function exponentials(parts: SoftmaxParts, logits: Quantity): { readonly shifted: Matrix; readonly e: Matrix } {
  const x = rows(logits);
  const shifted = x.map((row, i) => row.map((value, j) => value - parts.shift(x, i, j)));
  return { shifted, e: shifted.map((row) => row.map((v) => parts.exponential(v))) };
}

/** Softmax with the given parts; (batch, classes). */
export function softmaxWith(parts: SoftmaxParts, logits: Quantity): Quantity {
  const { e } = exponentials(parts, logits);
  return quantity(
    logits.shape,
    everything(e.map((row, i) => row.map((value, j) => parts.outer(value / parts.total(e, i, j))))),
  );
}

export const softmaxOf = (logits: Quantity): Quantity => softmaxWith(rightSoftmax, logits);

function rows({ shape: [batch, classes], data }: Quantity): Float64Array[] {
  return Array.from({ length: batch }, (_, i) => data.slice(i * classes, (i + 1) * classes));
}

/** Sums over several rows. */
const totalsAcrossRows: readonly Deviation<SoftmaxParts["total"]>[] = [
  {
    value: (e, _, j) => sum(column(e, j)),
    cause: "wrong-axis",
    message: "the sum runs over the examples: each row must be divided by its own sum, over the classes",
  },
  {
    value: (e) => sum(everything(e)),
    cause: "wrong-axis",
    message: "the sum runs over the whole batch: each row must be divided by its own sum",
  },
  { value: (e) => sum(e[0]), cause: "one-example", message: "all rows are divided by the sum of the first row" },
  {
    value: (e) => sum(e[e.length - 1]),
    cause: "one-example",
    message: "all rows are divided by the sum of the last row",
  },
];

/** Such a sum cancels one shift of the whole batch. So ordinary logits do not show whether there is one, and the message does not say. */
const acrossRows: readonly WrongFormula<SoftmaxParts>[] = totalsAcrossRows.map(({ value, cause, message }) => ({
  cause,
  message,
  parts: { ...rightSoftmax, total: value, shift: () => 0 },
}));

const oneOrTwo = deviations<SoftmaxParts>(rightSoftmax, {
  total: [
    ...totalsAcrossRows,
    {
      value: (e, i) => sum(e[i]) ** 2,
      cause: "wrong-norm",
      message: "the exponentials are divided by their sum twice",
    },
    { value: () => 1, cause: "missing-normalization", message: "the exponentials are not divided by their sum" },
    {
      value: (e, i) => e[i].length,
      cause: "missing-normalization",
      message: "the exponentials are divided by the number of classes instead of their sum",
    },
    {
      value: (e) => e.length,
      cause: "missing-normalization",
      message: "the exponentials are divided by the size of the batch instead of their sum",
    },
    {
      value: (e, i) => Math.sqrt(sum(e[i].map((v) => v * v))),
      cause: "wrong-norm",
      message: "the exponentials are divided by the root of the sum of their squares instead of their sum",
    },
    {
      value: (e, i) => sum(e[i].map((v) => v * v)),
      cause: "wrong-norm",
      message: "the exponentials are divided by the sum of their squares instead of their sum",
    },
    {
      value: (e, i) => maximum(e[i]),
      cause: "wrong-norm",
      message: "the exponentials are divided by the largest of them instead of their sum",
    },
    {
      value: (e, i) => sum(e[i]) / e[i].length,
      cause: "wrong-norm",
      message: "the exponentials are divided by their mean instead of their sum",
    },
    {
      value: (e, i) => sum(e.slice(0, i + 1).flatMap((row) => [...row])),
      cause: "accumulated",
      message: "the sum is not reset for each row: it continues from the row before",
    },
    { value: (e, i, j) => sum(e[i]) - e[i][j], cause: "missing-term", message: "the sum leaves out the entry itself" },
    {
      value: (e, i, j) => sum(e[i].slice(0, j + 1)),
      cause: "missing-term",
      message: "the division happens while the sum is not complete",
    },
    { value: (e, i) => sum(e[i].slice(1)), cause: "missing-term", message: "the sum leaves out the first class" },
    { value: (e, i) => sum(e[i].slice(0, -1)), cause: "missing-term", message: "the sum leaves out the last class" },
    {
      value: (e, i) => 1 + sum(e[i]),
      cause: "extra-term",
      message: "the sum has a 1 too many: it starts at 1, or softmax is mixed up with the logistic function",
    },
    { value: (e, i) => -sum(e[i]), cause: "sign", message: "the result has the wrong sign" },
  ],
  exponential: [
    {
      value: (v) => Math.exp(-v),
      cause: "sign",
      message: "the exponent has the wrong sign: the largest logit gets the smallest probability",
    },
    { value: (v) => 2 ** v, cause: "constant", message: "the base is 2 instead of e" },
    { value: (v) => 10 ** v, cause: "constant", message: "the base is 10 instead of e" },
    {
      value: (v) => Math.exp(2 * v),
      cause: "factor-2",
      message: "the exponent is twice as large as it should be, or exponentials are squared",
    },
    { value: (v) => Math.exp(v / 2), cause: "factor-2", message: "the exponent is half as large as it should be" },
    { value: (v) => v, cause: "missing-function", message: "the exponential function is missing" },
    {
      value: (v) => 1 / (1 + Math.exp(-v)),
      cause: "wrong-function",
      message: "the logistic function is used instead of the exponential function",
    },
    { value: (v) => Math.expm1(v), cause: "wrong-function", message: "eˣ − 1 is used instead of eˣ" },
    { value: (v) => Math.exp(v * v), cause: "power", message: "the exponent is squared" },
    {
      value: (v) => Math.exp(Math.abs(v)),
      cause: "sign",
      message: "the exponent is the magnitude of the shifted logit",
    },
  ],
  outer: [
    { value: Math.log, cause: "extra-log", message: "the result is the logarithm of softmax" },
    { value: (p) => -Math.log(p), cause: "extra-log", message: "the result is the negative logarithm of softmax" },
    { value: (p) => 1 - p, cause: "wrong-function", message: "the result is 1 − p" },
    {
      value: (p) => p * (1 - p),
      cause: "wrong-function",
      message: "the result is p·(1 − p), which belongs to a derivative",
    },
    { value: (p) => p * p, cause: "power", message: "the result is p²" },
    { value: Math.round, cause: "wrong-function", message: "the probabilities are rounded" },
  ],
  shift: [
    {
      value: () => 0,
      cause: "overflow",
      message: "the logits are not shifted before the exponential function: it overflows, or all exponentials become 0",
    },
    {
      value: (x) => maximum(everything(x)),
      cause: "wrong-shift",
      message: "the shift is the maximum of the whole batch: each row needs its own maximum",
    },
    {
      value: (x, _, j) => maximum(column(x, j)),
      cause: "wrong-shift",
      message: "the shift is the maximum over the examples: a shift must be the same for all classes of a row",
    },
    {
      value: (x, i) => Math.min(...x[i]),
      cause: "wrong-shift",
      message: "the shift is the minimum of the row: exponentials overflow unless the largest exponent is 0",
    },
    {
      value: (x, i) => sum(x[i]) / x[i].length,
      cause: "wrong-shift",
      message: "the shift is the mean of the row: exponentials overflow unless the largest exponent is 0",
    },
    {
      value: (x, i) => sum(x[i]),
      cause: "wrong-shift",
      message: "the shift is the sum of the row: exponentials overflow unless the largest exponent is 0",
    },
    {
      value: (x, i) => x[i][0],
      cause: "wrong-shift",
      message: "the shift is the first logit of the row: exponentials overflow unless the largest exponent is 0",
    },
    {
      value: (x, i) => x[i][x[i].length - 1],
      cause: "wrong-shift",
      message: "the shift is the last logit of the row: exponentials overflow unless the largest exponent is 0",
    },
    {
      value: (x) => maximum(x[0]),
      cause: "wrong-shift",
      message: "the shift is the maximum of the first row: each row needs its own maximum",
    },
    {
      value: (x) => maximum(x[x.length - 1]),
      cause: "wrong-shift",
      message: "the shift is the maximum of the last row: each row needs its own maximum",
    },
    {
      value: (x, i) => Math.max(0, ...x[i]),
      cause: "wrong-shift",
      message: "the search for the maximum starts at 0, so negative rows are not shifted",
    },
    {
      value: (x, i) => maximum(everything(x.slice(0, i + 1))),
      cause: "wrong-shift",
      message: "the maximum is not reset for each row: it continues from the row before",
    },
    {
      value: (x, i) => maximum(x[i].map(Math.abs)),
      cause: "wrong-shift",
      message: "the shift is the largest magnitude of the row instead of its maximum",
    },
    {
      value: (x, i) => -maximum(x[i]),
      cause: "wrong-shift",
      message: "the maximum is added where it should be subtracted",
    },
    {
      value: (x, i) => maximum(x[i]) / 2,
      cause: "wrong-shift",
      message: "the shift is half of the maximum of the row",
    },
  ],
});

/** Softmax with one or two mistakes. */
export const wrongSoftmax: readonly WrongFormula<SoftmaxParts>[] = [...acrossRows, ...oneOrTwo];
