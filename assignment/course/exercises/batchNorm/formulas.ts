import type { LayerCase } from "../../layerExperiments.ts";
import { columnSums, mapped, plusRow, quantity, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export const momentum = 0.2;
export const epsilon = 0.02;

/** The statistics of the columns; the variance has the divisor N − `lost`. */
export function statistics(x: Quantity, lost = 0): { readonly mean: Quantity; readonly variance: Quantity } {
  const [rows, features] = x.shape;
  const mean = mapped(columnSums(x), (sum) => sum / rows);
  const squares = mapped(x, (value, at) => (value - mean.data[at % features]) ** 2);
  return { mean, variance: mapped(columnSums(squares), (sum) => sum / (rows - lost)) };
}

/** f of every entry and the vector's entry for its column. */
export const byColumn = (a: Quantity, row: Quantity, f: (a: number, b: number) => number): Quantity =>
  mapped(a, (value, at) => f(value, row.data[at % row.data.length]));
export const times = (a: Quantity, row: Quantity): Quantity => byColumn(a, row, (value, factor) => value * factor);
export const multiply = (a: Quantity, b: Quantity): Quantity => zipped(a, b, (x, y) => x * y);

export interface NormCase extends LayerCase {
  readonly w: Quantity;
  readonly b: Quantity;
}

type Scale = (variance: number) => number;
const inverseRoot: Scale = (variance) => 1 / Math.sqrt(variance + epsilon);

export interface Variant {
  /** 1/√(σ² + ε), or what is used in its place */
  readonly scale?: Scale;
  /** what the divisor N of the variance lacks */
  readonly lost?: number;
  /** in place of the batch's statistics */
  readonly used?: { readonly mean: Quantity; readonly variance: Quantity };
}

export function normalized(x: Quantity, { scale = inverseRoot, lost = 0, used = statistics(x, lost) }: Variant = {}) {
  const factors = mapped(used.variance, scale);
  return {
    factors,
    hat: times(
      byColumn(x, used.mean, (value, mean) => value - mean),
      factors,
    ),
  };
}

export function layer({ x, w, b, dy }: NormCase, variant?: Variant) {
  const { factors, hat } = normalized(x, variant);
  const rows = x.shape[0];
  const [sum, weighted] = [columnSums(dy), columnSums(multiply(dy, hat))];
  const slope = multiply(w, factors);
  const spread = (row: Quantity): Quantity =>
    plusRow(
      mapped(dy, () => 0),
      row,
    ); // the row in every row of dy's shape
  const terms = [
    times(dy, slope),
    times(spread(mapped(sum, (value) => -value / rows)), slope),
    times(
      times(
        hat,
        mapped(weighted, (value) => -value / rows),
      ),
      slope,
    ),
  ];
  const dx = terms.reduce((total, term) => zipped(total, term, (a, c) => a + c));
  return { y: plusRow(times(hat, w), b), dx, dw: weighted, db: sum, terms, hat, factors };
}

export const results = (one: NormCase, variant?: Variant) => {
  const { y, dx, dw, db } = layer(one, variant);
  return { y, dx, dw, db };
};

export const start = (features: number) => ({
  mean: quantity([features], new Array(features).fill(0)),
  variance: quantity([features], new Array(features).fill(1)),
});

export interface RunningVariant {
  readonly share?: number;
  readonly keep?: number;
  readonly lost?: number;
  readonly from?: { readonly mean: number; readonly variance: number };
  readonly taken?: (variance: number) => number;
}

/** The running statistics after batches. */
export function following(
  batches: readonly Quantity[],
  {
    share = momentum,
    keep = 1 - share,
    lost = 1,
    from = { mean: 0, variance: 1 },
    taken = (v) => v,
  }: RunningVariant = {},
) {
  let running = {
    mean: mapped(start(batches[0].shape[1]).mean, () => from.mean),
    variance: mapped(start(batches[0].shape[1]).mean, () => from.variance),
  };
  for (const batch of batches) {
    const { mean, variance } = statistics(batch, lost);
    running = {
      mean: zipped(running.mean, mean, (a, b) => keep * a + share * b),
      variance: zipped(running.variance, variance, (a, b) => keep * a + share * taken(b)),
    };
  }
  return running;
}
