import type { Case, Quantities } from "../../exercise.ts";
import { mapped, product, rowSums, transposed, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface AttentionCase extends Case {
  readonly q: Quantity;
  readonly k: Quantity;
  readonly v: Quantity;
  readonly dy: Quantity;
}

export const multiply = (a: Quantity, b: Quantity): Quantity => zipped(a, b, (x, y) => x * y);
export const scaled = (a: Quantity, factor: number): Quantity => mapped(a, (value) => factor * value);
/** The number of each row in all its columns. */
export const spread = (rows: Quantity, columns: number): Quantity => ({
  shape: [rows.data.length, columns],
  data: Float64Array.from({ length: rows.data.length * columns }, (_, at) => rows.data[Math.floor(at / columns)]),
});
export const minus = (a: Quantity, b: Quantity): Quantity => zipped(a, b, (x, y) => x - y);

export function softmax(scores: Quantity): Quantity {
  const columns = scores.shape[1];
  const highest = Array.from({ length: scores.shape[0] }, (_, i) =>
    Math.max(...scores.data.subarray(i * columns, (i + 1) * columns)),
  );
  const powers = mapped(scores, (value, at) => Math.exp(value - highest[Math.floor(at / columns)]));
  return zipped(powers, spread(rowSums(powers), columns), (a, b) => a / b);
}

export type Weights = (scores: Quantity) => Quantity;
export type Scale = (one: AttentionCase) => number;

export interface Parts {
  readonly scale: number;
  readonly scores: Quantity;
  readonly weights: Quantity;
  readonly dWeights: Quantity;
  /** Σ over the keys of P·dP, in every column */
  readonly weightedSums: Quantity;
  readonly dScores: Quantity;
}

export const root: Scale = ({ q }) => 1 / Math.sqrt(q.shape[1]);

export function partsOf(
  one: AttentionCase,
  { scale = root, weights: make = softmax }: { scale?: Scale; weights?: Weights } = {},
): Parts {
  const { q, k, v, dy } = one;
  const factor = scale(one);
  const scores = scaled(product(q, transposed(k)), factor);
  const weights = make(scores);
  const dWeights = product(dy, transposed(v));
  const weightedSums = spread(rowSums(multiply(weights, dWeights)), weights.shape[1]);
  return {
    scale: factor,
    scores,
    weights,
    dWeights,
    weightedSums,
    dScores: multiply(weights, minus(dWeights, weightedSums)),
  };
}

/** dq and dk from the gradient of the scores. */
export const throughScores = ({ q, k }: AttentionCase, dScores: Quantity, scale: number) => ({
  dq: scaled(product(dScores, k), scale),
  dk: scaled(product(transposed(dScores), q), scale),
});

export function results(one: AttentionCase, parts = partsOf(one)) {
  const { weights, dScores, scale } = parts;
  return {
    y: product(weights, one.v),
    dv: product(transposed(weights), one.dy),
    ...throughScores(one, dScores, scale),
  };
}

export const terms = (one: AttentionCase): Readonly<Record<string, Quantities>> => {
  const { weights, dWeights, weightedSums, scale } = partsOf(one);
  const direct = throughScores(one, multiply(weights, dWeights), scale);
  const sum = throughScores(one, scaled(multiply(weights, weightedSums), -1), scale);
  const named = (name: "dq" | "dk"): Quantities => ({
    "of softmax with dP": direct[name],
    "of softmax with the sum over the keys": sum[name],
  });
  return { dq: named("dq"), dk: named("dk") };
};
