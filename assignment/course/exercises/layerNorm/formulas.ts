import type { LayerCase } from "../../layerExperiments.ts";
import { columnSums, mapped, rowSums, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";

export interface LayerNormCase extends LayerCase {
  readonly w: Quantity;
  readonly b: Quantity;
  readonly epsilon: number;
  readonly dims: { readonly batch: number; readonly features: number };
}

export type Axis = "row" | "column" | "all";

/** Parts of forward: x̂ = (x − μ)·scale(σ²), y = affine(x̂, w, b). */
export interface ForwardParts {
  readonly axis: Axis;
  readonly mean: (mean: number, count: number) => number;
  /** the divisor of the squares */
  readonly divisor: (count: number, batch: number) => number;
  readonly isCentred: boolean;
  readonly scale: (variance: number, epsilon: number) => number;
  readonly affine: (hat: number, w: number, b: number) => number;
}

export const rightForward: ForwardParts = {
  axis: "row",
  mean: (mean) => mean,
  divisor: (count) => count,
  isCentred: true,
  scale: (variance, epsilon) => 1 / Math.sqrt(variance + epsilon),
  affine: (hat, w, b) => w * hat + b,
};

/** Parts of backward: dx = factor(s)·(g − a·mean(g) − c·other·mean(g ⊙ other)), g = gradient(dy, w), other = x̂. */
export interface BackwardParts {
  readonly gradient: (dy: number, w: number) => number;
  /** the same inside of each of the two means */
  readonly meanGradient?: (dy: number, w: number) => number;
  readonly projectionGradient?: (dy: number, w: number) => number;
  readonly factor: (s: number, epsilon: number) => number;
  readonly mean: number;
  readonly projection: number;
  readonly axis: Axis;
  readonly meanDivisor: (count: number, batch: number) => number;
  readonly projectionDivisor: (count: number, batch: number) => number;
  readonly outer: (hat: number, s: number, x: number) => number;
  readonly inner: (hat: number, s: number, x: number) => number;
}

export const rightBackward: BackwardParts = {
  gradient: (dy, w) => dy * w,
  factor: (s) => s,
  mean: 1,
  projection: 1,
  axis: "row",
  meanDivisor: (count) => count,
  projectionDivisor: (count) => count,
  outer: (hat) => hat,
  inner: (hat) => hat,
};

/** The sum of the entry's row, of its column, or of all, in the place of every entry. */
function sumsAlong(a: Quantity, axis: Axis): Quantity {
  const columns = a.shape[1];
  const [rows, all] = [rowSums(a), a.data.reduce((sum, value) => sum + value, 0)];
  const byColumn = columnSums(a);
  return mapped(a, (_, at) =>
    axis === "row" ? rows.data[Math.floor(at / columns)] : axis === "column" ? byColumn.data[at % columns] : all,
  );
}

const countAlong = ({ shape: [rows, columns] }: Quantity, axis: Axis): number =>
  axis === "row" ? columns : axis === "column" ? rows : rows * columns;

export const product = (a: Quantity, b: Quantity): Quantity => zipped(a, b, (x, y) => x * y);
export const spread = (row: Quantity, like: Quantity): Quantity =>
  mapped(like, (_, at) => row.data[at % row.data.length]);

export interface Forward {
  readonly y: Quantity;
  readonly hat: Quantity;
  /** what x − μ is multiplied with, for every entry */
  readonly s: Quantity;
}

export function forwardWith(parts: ForwardParts, { x, w, b, epsilon }: LayerNormCase): Forward {
  const count = countAlong(x, parts.axis);
  const mean = mapped(sumsAlong(x, parts.axis), (sum) => parts.mean(sum / count, count));
  const centred = zipped(x, mean, (value, m) => value - m);
  const squares = mapped(parts.isCentred ? centred : x, (value) => value * value);
  const divisor = parts.divisor(count, x.shape[0]);
  const s = mapped(sumsAlong(squares, parts.axis), (sum) => parts.scale(sum / divisor, epsilon));
  const hat = product(centred, s);
  const n = w.data.length;
  return { y: mapped(hat, (value, at) => parts.affine(value, w.data[at % n], b.data[at % n])), hat, s };
}

export function backwardWith(
  parts: BackwardParts,
  { x, w, dy, epsilon }: LayerNormCase,
  { hat, s }: Forward,
): Quantity {
  const { axis } = parts;
  const [count, batch] = [countAlong(x, axis), x.shape[0]];
  const gradientBy = (of: BackwardParts["gradient"]): Quantity =>
    mapped(dy, (value, at) => of(value, w.data[at % w.data.length]));
  const g = gradientBy(parts.gradient);
  const made = (of: BackwardParts["inner"]): Quantity => mapped(hat, (value, at) => of(value, s.data[at], x.data[at]));
  const [outer, inner] = [made(parts.outer), made(parts.inner)];
  const means = sumsAlong(gradientBy(parts.meanGradient ?? parts.gradient), axis);
  const projections = sumsAlong(product(gradientBy(parts.projectionGradient ?? parts.gradient), inner), axis);
  return mapped(g, (value, at) => {
    const mean = (parts.mean * means.data[at]) / parts.meanDivisor(count, batch);
    const projection =
      (parts.projection * outer.data[at] * projections.data[at]) / parts.projectionDivisor(count, batch);
    return parts.factor(s.data[at], epsilon) * (value - mean - projection);
  });
}

/** All results of a forward pass with these parts and of the right backward pass behind it. */
export function resultsOf(one: LayerNormCase, parts: ForwardParts = rightForward) {
  const forward = forwardWith(parts, one);
  return {
    y: forward.y,
    dx: backwardWith(rightBackward, one, forward),
    dw: columnSums(product(one.dy, forward.hat)),
    db: columnSums(one.dy),
  };
}

/** The terms of dx by their names. */
export function termsOf(one: LayerNormCase): Record<string, Quantity> {
  const forward = forwardWith(rightForward, one);
  const withParts = (parts: Partial<BackwardParts>): Quantity =>
    backwardWith({ ...rightBackward, ...parts }, one, forward);
  const first = withParts({ mean: 0, projection: 0 });
  const minus = (a: Quantity): Quantity => zipped(a, first, (value, start) => value - start);
  return {
    w·dy: first,
    "with the mean of w·dy": minus(withParts({ projection: 0 })),
    "with the mean of w·dy·x̂": minus(withParts({ mean: 0 })),
  };
}
