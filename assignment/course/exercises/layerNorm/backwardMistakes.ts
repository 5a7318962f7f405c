import { deviations } from "../../deviations.ts";
import type { Mistake } from "../../exercise.ts";
import { columnSums, mapped, rowSums } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import {
  type BackwardParts,
  backwardWith,
  type Forward,
  forwardWith,
  type LayerNormCase,
  product,
  rightBackward,
  rightForward,
  spread,
} from "./formulas.ts";

const inDx = <Value>(value: Value, cause: string, message: string) => ({ value, cause, message: `in dx, ${message}` });

const wrongBackward = deviations<BackwardParts>(rightBackward, {
  gradient: [
    inDx((dy: number) => dy, "missing-factor", "the factor w is missing: ∂J/∂x̂ is w ⊙ dy"),
    inDx((dy: number, w: number) => dy * w * w, "extra-factor", "the factor w occurs twice"),
    inDx((dy: number, w: number) => dy / w, "inverse", "dy is divided by w where it should be multiplied"),
    inDx((_: number, w: number) => w, "missing-dy", "dy is missing"),
  ],
  meanGradient: [
    inDx((dy: number) => dy, "missing-factor", "the mean is that of dy instead of w ⊙ dy"),
    inDx((dy: number, w: number) => dy * w * w, "extra-factor", "the mean of w ⊙ dy contains w twice"),
  ],
  projectionGradient: [
    inDx((dy: number, w: number) => dy * w * w, "extra-factor", "the mean of w ⊙ dy ⊙ x̂ contains w twice"),
    inDx(
      (dy: number) => dy,
      "missing-factor",
      "the mean in the term through the variance is that of dy ⊙ x̂ instead of w ⊙ dy ⊙ x̂",
    ),
  ],
  factor: [
    inDx(() => 1, "missing-factor", "the division by √(σ² + ε) is missing"),
    inDx((s: number) => s * s, "missing-root", "the division is by σ² + ε instead of its root"),
    inDx((s: number) => 1 / s, "inverse", "√(σ² + ε) multiplies where it should divide"),
    inDx((s: number) => s ** 3, "power", "the division is by (σ² + ε)^(3/2) instead of the root"),
    inDx((s: number, epsilon: number) => 1 / Math.sqrt(1 / (s * s) - epsilon), "epsilon", "ε is missing"),
    inDx((s: number) => -s, "sign", "the sign is wrong"),
  ],
  mean: [
    inDx(
      0,
      "missing-term",
      "the term through the mean, with the mean of w ⊙ dy, is missing: μ depends on all entries of the row",
    ),
    inDx(-1, "sign", "the term with the mean of w ⊙ dy has the wrong sign"),
    inDx(2, "factor-2", "the term with the mean of w ⊙ dy is twice as large as it should be"),
  ],
  projection: [
    inDx(
      0,
      "missing-term",
      "the term through the variance, with the mean of w ⊙ dy ⊙ x̂, is missing: σ² depends on all entries of the row",
    ),
    inDx(-1, "sign", "the term through the variance has the wrong sign"),
    inDx(
      2,
      "factor-2",
      "the term through the variance is twice as large as it should be: a factor ½ from the root is missing",
    ),
    inDx(
      0.5,
      "factor-2",
      "the term through the variance is half as large as it should be: a factor 2 from the square is missing",
    ),
  ],
  axis: [
    inDx<BackwardParts["axis"]>(
      "column",
      "wrong-axis",
      "the means are taken over the batch: they belong to each example, over its features",
    ),
    inDx<BackwardParts["axis"]>(
      "all",
      "wrong-axis",
      "the means are taken over the whole batch: they belong to each example",
    ),
  ],
  meanDivisor: [
    inDx(() => 1, "missing-1/N", "the mean of w ⊙ dy is a sum: the division by the number of features is missing"),
    inDx(
      (_: number, batch: number) => batch,
      "wrong-1/N",
      "the sum of w ⊙ dy is divided by the size of the batch instead of the number of features",
    ),
    inDx((count: number) => count - 1, "wrong-1/N", "the sum of w ⊙ dy is divided by n − 1"),
  ],
  projectionDivisor: [
    inDx(() => 1, "missing-1/N", "the mean of w ⊙ dy ⊙ x̂ is a sum: the division by the number of features is missing"),
    inDx(
      (_: number, batch: number) => batch,
      "wrong-1/N",
      "the sum of w ⊙ dy ⊙ x̂ is divided by the size of the batch instead of the number of features",
    ),
    inDx((count: number) => count - 1, "wrong-1/N", "the sum of w ⊙ dy ⊙ x̂ is divided by n − 1"),
  ],
  outer: [
    inDx(
      (_: number, s: number, x: number) => x * s,
      "wrong-input",
      "x/√(σ² + ε) is used instead of x̂: the mean is not subtracted",
    ),
    inDx((_: number, __: number, x: number) => x, "wrong-input", "x is used instead of x̂"),
    inDx(
      (hat: number, s: number) => hat / s,
      "wrong-input",
      "the term through the variance lacks a division by √(σ² + ε): x − μ is used instead of x̂, or a power is wrong",
    ),
    inDx(() => 1, "missing-factor", "the term through the variance lacks the factor x̂"),
    inDx(
      (hat: number, s: number) => hat * s,
      "extra-factor",
      "the term through the variance is divided by √(σ² + ε) again",
    ),
    inDx(
      (hat: number, s: number) => hat * s * s,
      "extra-factor",
      "the term through the variance is divided by σ² + ε again",
    ),
  ],
  inner: [
    inDx(
      (_: number, s: number, x: number) => x * s,
      "wrong-input",
      "the mean is that of w ⊙ dy ⊙ x/√(σ² + ε) instead of x̂: the mean is not subtracted from x",
    ),
    inDx((_: number, __: number, x: number) => x, "wrong-input", "the mean is that of w ⊙ dy ⊙ x instead of x̂"),
    inDx((hat: number, s: number) => hat / s, "wrong-input", "the mean is that of w ⊙ dy ⊙ (x − μ) instead of x̂"),
    inDx(() => 1, "missing-factor", "the mean is that of w ⊙ dy instead of w ⊙ dy ⊙ x̂"),
  ],
});

const parameter = (
  name: "dw" | "db",
  cause: string,
  message: string,
  result: (one: LayerNormCase, forward: Forward) => Quantity,
): Mistake<LayerNormCase> => ({
  cause,
  message,
  results: (one) => ({ [name]: result(one, forwardWith(rightForward, one)) }),
});

const parameters: Mistake<LayerNormCase>[] = [
  parameter("dw", "wrong-input", "dw is computed from x; it needs the normalized x̂", ({ dy, x }) =>
    columnSums(product(dy, x)),
  ),
  parameter("dw", "wrong-input", "dw is computed from y; it needs x̂, without w and b", ({ dy }, { y }) =>
    columnSums(product(dy, y)),
  ),
  parameter("dw", "wrong-input", "dw is computed from x − μ; it needs x̂", ({ dy }, { hat, s }) =>
    columnSums(
      product(
        dy,
        mapped(hat, (value, at) => value / s.data[at]),
      ),
    ),
  ),
  parameter("dw", "missing-dy", "dw sums x̂ without dy", (_, { hat }) => columnSums(hat)),
  parameter("dw", "extra-factor", "dw contains the factor w", ({ dy, w }, { hat }) =>
    columnSums(product(product(dy, spread(w, dy)), hat)),
  ),
  parameter(
    "dw",
    "wrong-axis",
    "dw is summed over the features of each example; each feature needs a sum over the batch",
    ({ dy }, { hat }) => rowSums(product(dy, hat)),
  ),
  parameter("dw", "not-summed", "dw is not summed over the batch", ({ dy }, { hat }) => product(dy, hat)),
  parameter("db", "not-summed", "db is not summed over the batch", ({ dy }) => dy),
  parameter(
    "db",
    "wrong-axis",
    "db is summed over the features of each example; each feature needs a sum over the batch",
    ({ dy }) => rowSums(dy),
  ),
  parameter("db", "extra-factor", "db contains the factor w", ({ dy, w }) => columnSums(product(dy, spread(w, dy)))),
  ...(["dw", "db"] as const).flatMap((name) =>
    [0, -1].map((row) =>
      parameter(
        name,
        "one-example",
        `${name} is the gradient of the ${row === 0 ? "first" : "last"} example only; the batch is not summed`,
        ({ dy }, { hat }) => {
          const [batch, features] = dy.shape;
          const all = name === "dw" ? product(dy, hat) : dy;
          const start = (row === 0 ? 0 : batch - 1) * features;
          return { shape: [features], data: all.data.slice(start, start + features) };
        },
      ),
    ),
  ),
];

/** Mistakes in backward alone. */
export const backwardMistakes: readonly Mistake<LayerNormCase>[] = [
  ...wrongBackward.map(({ cause, message, parts }) => ({
    cause,
    message,
    results: (one: LayerNormCase) => ({ dx: backwardWith(parts, one, forwardWith(rightForward, one)) }),
  })),
  ...parameters,
];
