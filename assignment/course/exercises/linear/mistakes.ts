import type { Mistake } from "../../exercise.ts";
import type { LayerCase } from "../../layerExperiments.ts";
import { columnSums, mapped, plusRow, product, quantity, rowSums, transposed, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface LinearCase extends LayerCase {
  readonly w: Quantity;
  readonly b: Quantity;
  readonly dims: { readonly batch: number; readonly inputs: number; readonly outputs: number };
}

const mistake = (
  name: "y" | "dx" | "dw" | "db",
  cause: string,
  message: string,
  result: (one: LinearCase) => Quantity,
): Mistake<LinearCase> => ({ cause, message, results: (one) => ({ [name]: result(one) }) });

/** The numbers read as if the matrix were stored column by column. */
const misread = (a: Quantity): Quantity => transposed(quantity([a.shape[1], a.shape[0]], a.data));

const row = (a: Quantity, at: number): Quantity => {
  const columns = a.shape[1];
  const start = (at < 0 ? a.shape[0] - 1 : at) * columns;
  return quantity([1, columns], a.data.slice(start, start + columns));
};
const flat = (a: Quantity): Quantity => quantity([a.data.length], a.data);
const column = (a: Quantity, at: number): Quantity => transposed(row(transposed(a), at));
const total = (a: Quantity): number => a.data.reduce((sum, value) => sum + value, 0);
const sum = (a: Quantity, b: Quantity): Quantity => zipped(a, b, (x, y) => x + y);

/** The matrix with zeros in its first or last row. */
const without = (a: Quantity, at: 0 | -1): Quantity => {
  const skipped = at === 0 ? 0 : a.shape[0] - 1;
  return mapped(a, (value, place) => (Math.floor(place / a.shape[1]) === skipped ? 0 : value));
};

/** A loop that begins too late or ends too early. */
const skipped: Mistake<LinearCase>[] = ([0, -1] as const).flatMap((at) => {
  const which = at === 0 ? "first" : "last";
  return [
    mistake("y", "skipped-entry", `the sum over the inputs leaves out the ${which} one`, ({ x, w, b }) =>
      plusRow(product(x, without(w, at)), b),
    ),
    mistake("dx", "skipped-entry", `the sum over the outputs leaves out the ${which} one`, ({ w, dy }) =>
      product(dy, without(transposed(w), at)),
    ),
    mistake("dw", "skipped-entry", `the sum over the batch leaves out the ${which} example`, ({ x, dy }) =>
      product(transposed(x), without(dy, at)),
    ),
    mistake("db", "skipped-entry", `the sum over the batch leaves out the ${which} example`, ({ dy }) =>
      columnSums(without(dy, at)),
    ),
  ];
});

const forward: Mistake<LinearCase>[] = [
  mistake("y", "missing-bias", "y lacks the bias", ({ x, w }) => product(x, w)),
  mistake("y", "sign", "the bias is subtracted where it should be added", ({ x, w, b }) =>
    plusRow(
      product(x, w),
      mapped(b, (value) => -value),
    ),
  ),
  mistake(
    "y",
    "wrong-index",
    "the bias is added by the number of the example: b[j] belongs to the output j",
    ({ x, w, b }) => {
      const outputs = w.shape[1];
      return mapped(product(x, w), (value, at) => value + b.data[Math.floor(at / outputs)]);
    },
  ),
  mistake(
    "y",
    "wrong-index",
    "the first entry of the bias is added everywhere: b[j] belongs to the output j",
    ({ x, w, b }) => mapped(product(x, w), (value) => value + b.data[0]),
  ),
  mistake(
    "y",
    "repeated-bias",
    "the bias is added once for each input: it belongs outside of the sum over the inputs",
    ({ x, w, b }) =>
      plusRow(
        product(x, w),
        mapped(b, (value) => w.shape[0] * value),
      ),
  ),
  mistake("y", "one-example", "the bias is added to the first example only", ({ x, w, b }) =>
    mapped(product(x, w), (value, at) => value + (at < b.data.length ? b.data[at] : 0)),
  ),
  mistake("y", "wrong-operation", "the bias multiplies x·W where it should be added", ({ x, w, b }) =>
    mapped(product(x, w), (value, at) => value * b.data[at % b.data.length]),
  ),
  mistake("y", "missing-term", "y is the bias; x·W is missing", ({ x, w, b }) =>
    plusRow(
      mapped(product(x, w), () => 0),
      b,
    ),
  ),
  mistake(
    "y",
    "overwritten-sum",
    "y contains only the last input's product: the sum over the inputs is overwritten",
    ({ x, w, b }) => plusRow(product(column(x, -1), row(w, -1)), b),
  ),
  mistake(
    "y",
    "overwritten-sum",
    "y contains only the last input's product, without the bias: the sum over the inputs is overwritten",
    ({ x, w }) => product(column(x, -1), row(w, -1)),
  ),
  mistake(
    "y",
    "wrong-index",
    "W is read as if it were stored column by column: entry (k, j) is at k·outputs + j",
    ({ x, w, b }) => plusRow(product(x, misread(w)), b),
  ),
  mistake(
    "y",
    "wrong-index",
    "x is read as if it were stored column by column: entry (i, k) is at i·inputs + k",
    ({ x, w, b }) => plusRow(product(misread(x), w), b),
  ),
  mistake("y", "one-example", "all rows of y come from the first example", ({ x, w, b }) =>
    mapped(plusRow(product(x, w), b), (_, at) => plusRow(product(x, w), b).data[at % w.shape[1]]),
  ),
];

const ofInput: Mistake<LinearCase>[] = [
  mistake(
    "dx",
    "overwritten-sum",
    "dx contains only the last output's product: the sum over the outputs is overwritten",
    ({ w, dy }) => product(column(dy, -1), transposed(column(w, -1))),
  ),
  mistake(
    "dx",
    "wrong-index",
    "W is read as if it were stored column by column: entry (k, j) is at k·outputs + j",
    ({ w, dy }) => product(dy, quantity([w.shape[1], w.shape[0]], w.data)),
  ),
  mistake(
    "dx",
    "wrong-index",
    "dy is read as if it were stored column by column: entry (i, j) is at i·outputs + j",
    ({ w, dy }) => product(misread(dy), transposed(w)),
  ),
  mistake("dx", "extra-term", "dx contains b: the bias does not depend on x", ({ w, b, dy }) =>
    product(plusRow(dy, b), transposed(w)),
  ),
  mistake("dx", "missing-dy", "dx sums the weights without dy", ({ x, w }) =>
    plusRow(
      mapped(x, () => 0),
      rowSums(w),
    ),
  ),
  mistake(
    "dx",
    "extra-sum",
    "every row of dx is the sum over the batch: each example has its own gradient",
    ({ x, w, dy }) =>
      plusRow(
        mapped(x, () => 0),
        columnSums(product(dy, transposed(w))),
      ),
  ),
  mistake("dx", "extra-factor", "dx is multiplied with x: y depends on x linearly", ({ x, w, dy }) =>
    zipped(product(dy, transposed(w)), x, (a, b) => a * b),
  ),
  mistake("dx", "wrong-input", "dx uses y instead of dy", ({ x, w, b }) =>
    product(plusRow(product(x, w), b), transposed(w)),
  ),
];

const ofWeights: Mistake<LinearCase>[] = [
  mistake("dw", "transposed", "dw is transposed", ({ x, dy }) => product(transposed(dy), x)),
  ...[0, -1].map((at) =>
    mistake(
      "dw",
      "one-example",
      `dw is the gradient of the ${at === 0 ? "first" : "last"} example only; the batch is not summed`,
      ({ x, dy }) => product(transposed(row(x, at)), row(dy, at)),
    ),
  ),
  mistake(
    "dw",
    "sum-of-products",
    "dw multiplies the sum of x with the sum of dy: the products must be summed over the batch",
    ({ x, dy }) =>
      product(
        transposed(quantity([1, x.shape[1]], columnSums(x).data)),
        quantity([1, dy.shape[1]], columnSums(dy).data),
      ),
  ),
  mistake("dw", "missing-dy", "dw sums x without dy", ({ x, dy }) =>
    product(
      transposed(x),
      mapped(dy, () => 1),
    ),
  ),
  mistake("dw", "missing-input", "dw sums dy without x", ({ x, dy }) => product(transposed(mapped(x, () => 1)), dy)),
  mistake("dw", "extra-term", "dw also contains W: weight decay belongs to the optimizer", ({ x, w, dy }) =>
    sum(product(transposed(x), dy), w),
  ),
  mistake("dw", "extra-factor", "dw is multiplied with W: y depends on W linearly", ({ x, w, dy }) =>
    zipped(product(transposed(x), dy), w, (a, b) => a * b),
  ),
  mistake("dw", "wrong-input", "dw uses y instead of dy", ({ x, w, b }) =>
    product(transposed(x), plusRow(product(x, w), b)),
  ),
  mistake("dw", "wrong-input", "dw uses dx instead of x", ({ w, dy }) =>
    product(transposed(product(dy, transposed(w))), dy),
  ),
  mistake(
    "dw",
    "wrong-index",
    "x is read as if it were stored column by column: entry (i, k) is at i·inputs + k",
    ({ x, dy }) => product(quantity([x.shape[1], x.shape[0]], x.data), dy),
  ),
  mistake(
    "dw",
    "wrong-index",
    "dy is read as if it were stored column by column: entry (i, j) is at i·outputs + j",
    ({ x, dy }) => product(transposed(x), misread(dy)),
  ),
];

const ofBias: Mistake<LinearCase>[] = [
  mistake(
    "db",
    "wrong-axis",
    "db is summed over the outputs, so it has one number for each example; each bias needs one number",
    ({ dy }) => rowSums(dy),
  ),
  mistake(
    "db",
    "wrong-axis",
    "each entry of db is the sum of all of dy: each bias needs the sum of its own column",
    ({ b, dy }) => mapped(b, () => total(dy)),
  ),
  ...[0, -1].map((at) =>
    mistake(
      "db",
      "one-example",
      `db is the gradient of the ${at === 0 ? "first" : "last"} example only; the batch is not summed`,
      ({ dy }) => flat(row(dy, at)),
    ),
  ),
  mistake("db", "not-summed", "db is dy: it is not summed over the batch", ({ dy }) => dy),
  mistake("db", "missing-dy", "db is the size of the batch: dy is not used", ({ b, dims }) =>
    mapped(b, () => dims.batch),
  ),
  mistake("db", "missing-dy", "db is 1 everywhere: dy is not used", ({ b }) => mapped(b, () => 1)),
  mistake("db", "extra-factor", "db is multiplied with b: y depends on b linearly", ({ b, dy }) =>
    zipped(columnSums(dy), b, (x, y) => x * y),
  ),
  mistake("db", "extra-term", "db also contains b: weight decay belongs to the optimizer", ({ b, dy }) =>
    sum(columnSums(dy), b),
  ),
  mistake("db", "power", "db sums the squares of dy", ({ dy }) => columnSums(mapped(dy, (value) => value * value))),
  mistake(
    "db",
    "repeated-sum",
    "db is summed once for each input: the sum over the batch is inside of a loop over the inputs",
    ({ dy, dims }) => mapped(columnSums(dy), (value) => value * dims.inputs),
  ),
  mistake(
    "db",
    "wrong-index",
    "dy is read as if it were stored column by column: entry (i, j) is at i·outputs + j",
    ({ dy }) => columnSums(misread(dy)),
  ),
  mistake("db", "wrong-input", "db sums y instead of dy", ({ x, w, b }) => columnSums(plusRow(product(x, w), b))),
];

export const mistakes: readonly Mistake<LinearCase>[] = [...skipped, ...forward, ...ofInput, ...ofWeights, ...ofBias];
