import type { Mistake, Quantities } from "../../exercise.ts";
import { columnSums, mapped, plusRow, product, rowSums, transposed } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import {
  type AttentionCase,
  minus,
  multiply,
  type Parts,
  partsOf,
  results,
  root,
  type Scale,
  scaled,
  softmax,
  spread,
  throughScores,
  type Weights,
} from "./formulas.ts";

const forward = (
  cause: string,
  message: string,
  variant: { readonly scale?: Scale; readonly weights?: Weights },
): Mistake<AttentionCase>[] => [
  { cause, message, results: (one) => results(one, partsOf(one, variant)) },
  { cause, message, results: (one) => ({ y: results(one, partsOf(one, variant)).y }) },
];

const other = (
  cause: string,
  message: string,
  results: (one: AttentionCase, parts: Parts) => Partial<Quantities>,
): Mistake<AttentionCase> => ({ cause, message, results: (one) => results(one, partsOf(one)) });

const ofScores = (cause: string, message: string, dScores: (parts: Parts) => Quantity): Mistake<AttentionCase>[] =>
  [["dq", "dk"], ["dq"], ["dk"]].map((names) =>
    other(cause, message, (one, parts) => {
      const all = throughScores(one, dScores(parts), parts.scale);
      return Object.fromEntries(names.map((name) => [name, all[name as "dq" | "dk"]]));
    }),
  );

const isSquare = ({ q, k, v }: AttentionCase): boolean =>
  [q, k, v].every(({ shape }) => shape[0] === q.shape[0] && shape[1] === q.shape[0]);
/** Results of products that only exist where all shapes are equal. */
const square = (
  cause: string,
  message: string,
  results: (one: AttentionCase, parts: Parts) => Partial<Quantities>,
): Mistake<AttentionCase> => other(cause, message, (one, parts) => (isSquare(one) ? results(one, parts) : {}));

const powersOnly: Weights = (scores) => mapped(scores, Math.exp);
const overColumns: Weights = (scores) => transposed(softmax(transposed(scores)));
const overAll: Weights = (scores) => {
  const sum = scores.data.reduce((total, value) => total + Math.exp(value), 0);
  return mapped(scores, (value) => Math.exp(value) / sum);
};

export const mistakes: readonly Mistake<AttentionCase>[] = [
  ...forward("missing-scale", "the scores are not divided by √d", { scale: () => 1 }),
  ...forward("wrong-scale", "the scores are divided by d and should be divided by its root", {
    scale: ({ q }) => 1 / q.shape[1],
  }),
  ...forward("wrong-scale", "the scores are multiplied by √d and should be divided by it", {
    scale: ({ q }) => Math.sqrt(q.shape[1]),
  }),
  ...forward("wrong-scale", "the scores are divided by the root of the number of keys and not of d", {
    scale: ({ k }) => 1 / Math.sqrt(k.shape[0]),
  }),
  ...forward("wrong-scale", "the scores are divided by the root of the number of queries and not of d", {
    scale: ({ q }) => 1 / Math.sqrt(q.shape[0]),
  }),
  ...forward("wrong-scale", "the scores are divided by the root of the width of V and not of d", {
    scale: ({ v }) => 1 / Math.sqrt(v.shape[1]),
  }),
  ...forward("wrong-scale", "the scores are divided by √d twice, or by √(d²)", {
    scale: ({ q }) => 1 / Math.sqrt(q.shape[1] ** 2),
  }),
  ...forward("sign", "the scores have the wrong sign", { scale: (one) => -root(one) }),
  ...forward("wrong-axis", "softmax is taken over the columns; the weights of each query, a row, should have sum 1", {
    weights: overColumns,
  }),
  ...forward("wrong-axis", "softmax is taken over all scores; the weights of each query should have sum 1", {
    weights: overAll,
  }),
  ...forward("missing-softmax", "the scores are used as weights; softmax is missing", { weights: (scores) => scores }),
  ...forward("missing-1/N", "the exponentials are not divided by their sum", { weights: powersOnly }),
  ...forward("wrong-function", "the weights are sigmoids of the scores and not softmax", {
    weights: (scores) => mapped(scores, (s) => 1 / (1 + Math.exp(-s))),
  }),
  other("wrong-order", "the weights are divided by √d after softmax; the scores should be divided before it", (one) => {
    const parts = partsOf(one, { scale: () => 1 });
    return { y: scaled(product(parts.weights, one.v), root(one)) };
  }),
  other("extra-scale", "the weights are divided by √d again, after softmax", (one, { weights }) => ({
    y: scaled(product(weights, one.v), root(one)),
  })),
  square("transposed", "P is transposed in the product with V", ({ v }, { weights }) => ({
    y: product(transposed(weights), v),
  })),
  square("transposed", "the scores are Q·K: K is not transposed", (one) => ({
    y: product(softmax(scaled(product(one.q, one.k), root(one))), one.v),
  })),
  square("transposed", "the scores are K·Qᵀ: queries and keys are exchanged", (one) => ({
    y: product(softmax(scaled(product(one.k, transposed(one.q)), root(one))), one.v),
  })),
  other("exchanged", "y is P·K: the keys are used as values", ({ k }, { weights }) => ({ y: product(weights, k) })),
  other("exchanged", "y is P·Q: the queries are used as values", ({ q }, { weights }) => ({ y: product(weights, q) })),
  square("exchanged", "the scores are computed from Q and V in place of K", (one) => ({
    y: product(softmax(scaled(product(one.q, transposed(one.v)), root(one))), one.v),
  })),
  square("exchanged", "the scores are computed from Q alone", (one) => ({
    y: product(softmax(scaled(product(one.q, transposed(one.q)), root(one))), one.v),
  })),
  square(
    "transposed",
    "dv lacks a transposition: it sums over the keys and should sum over the queries",
    ({ dy }, { weights }) => ({ dv: product(weights, dy) }),
  ),
  other("wrong-input", "dv is computed from the scores and not from their softmax", ({ dy }, { scores }) => ({
    dv: product(transposed(scores), dy),
  })),
  other("wrong-input", "dv is computed from the gradient of the scores and not from P", ({ dy }, { dScores }) => ({
    dv: product(transposed(dScores), dy),
  })),
  other("wrong-input", "dv is computed from y and not from dy", ({ v }, { weights }) => ({
    dv: product(transposed(weights), product(weights, v)),
  })),
  square("transposed", "dk lacks a transposition of the gradient of the scores", (one, { dScores, scale }) => ({
    dk: scaled(product(dScores, one.q), scale),
  })),
  square("transposed", "dq contains the transposed gradient of the scores", (one, { dScores, scale }) => ({
    dq: scaled(product(transposed(dScores), one.k), scale),
  })),
  square(
    "exchanged",
    "dq is computed with Q; the derivative of the scores with respect to Q is K",
    (one, { dScores, scale }) => ({ dq: scaled(product(dScores, one.q), scale) }),
  ),
  square(
    "exchanged",
    "dk is computed with K; the derivative of the scores with respect to K is Q",
    (one, { dScores, scale }) => ({ dk: scaled(product(transposed(dScores), one.k), scale) }),
  ),
  square("transposed", "the gradient of P lacks a transposition of V", (one, { weights, scale }) => {
    const dWeights = product(one.dy, one.v);
    return throughScores(
      one,
      multiply(weights, minus(dWeights, spread(rowSums(multiply(weights, dWeights)), weights.shape[1]))),
      scale,
    );
  }),
  ...ofScores("extra-factor", "softmax's derivative contains the factor P twice", ({ weights, dScores }) =>
    multiply(weights, dScores),
  ),
  ...ofScores(
    "missing-term",
    "softmax's derivative lacks the sum over the keys: all weights of a row depend on each score",
    ({ weights, dWeights }) => multiply(weights, dWeights),
  ),
  ...ofScores("missing-derivative", "the derivative of softmax is missing", ({ dWeights }) => dWeights),
  ...ofScores(
    "missing-derivative",
    "softmax's derivative is P·(1 − P) only: each weight depends on the other scores of its row too",
    ({ weights, dWeights }) =>
      multiply(
        dWeights,
        mapped(weights, (p) => p * (1 - p)),
      ),
  ),
  ...ofScores(
    "missing-factor",
    "softmax's derivative lacks the factor P in front of the brackets",
    ({ dWeights, weightedSums }) => minus(dWeights, weightedSums),
  ),
  ...ofScores("missing-factor", "the sum in softmax's derivative is not weighted by P", ({ weights, dWeights }) =>
    multiply(weights, minus(dWeights, spread(rowSums(dWeights), weights.shape[1]))),
  ),
  ...ofScores(
    "wrong-quantity",
    "the sum in softmax's derivative is a mean over the keys, not weighted by P",
    ({ weights, dWeights }) =>
      multiply(weights, minus(dWeights, spread(scaled(rowSums(dWeights), 1 / weights.shape[1]), weights.shape[1]))),
  ),
  ...ofScores(
    "wrong-axis",
    "the sum in softmax's derivative is taken over the queries and should be taken over the keys",
    ({ weights, dWeights }) =>
      multiply(weights, minus(dWeights, plusRow(scaled(weights, 0), columnSums(multiply(weights, dWeights))))),
  ),
  ...ofScores(
    "wrong-axis",
    "the sum in softmax's derivative is taken over all queries and keys and should be taken over the keys",
    ({ weights, dWeights }) => {
      const total = multiply(weights, dWeights).data.reduce((sum, value) => sum + value, 0);
      return multiply(
        weights,
        mapped(dWeights, (value) => value - total),
      );
    },
  ),
  ...ofScores(
    "missing-factor",
    "the last P in softmax's derivative is missing: the sum is subtracted without it",
    ({ weights, dWeights, weightedSums }) => minus(multiply(weights, dWeights), weightedSums),
  ),
  ...ofScores("wrong-input", "softmax's derivative uses the scores and not P", ({ scores, dWeights }) =>
    multiply(scores, minus(dWeights, spread(rowSums(multiply(scores, dWeights)), scores.shape[1]))),
  ),
  {
    cause: "overflow",
    message:
      "the exponentials of a row are all 0, and so is their sum: each row needs a shift of its own, by its largest score",
    results: ({ special, q }, right) => {
      if (!special) return right;
      // every second row has scores far below 0
      const lost = ({ shape, data }: Quantity): Quantity => ({
        shape,
        data: data.map((value, at) => (Math.floor(at / (data.length / q.shape[0])) % 2 === 1 ? Number.NaN : value)),
      });
      const nan = (a: Quantity): Quantity => mapped(a, () => Number.NaN);
      return { y: lost(right.y), dv: nan(right.dv), dq: lost(right.dq), dk: nan(right.dk) };
    },
  },
  {
    cause: "overflow",
    message: "exp gives infinity or 0 and the weights are NaN: softmax needs a shift of each row that makes exp safe",
    results: ({ special }, right) =>
      Object.fromEntries(
        Object.entries(right).map(([name, value]) => [name, special ? mapped(value, () => Number.NaN) : value]),
      ),
  },
];
