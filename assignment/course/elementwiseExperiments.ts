import type { RandomState } from "../../src/random/randomState.ts";
import type { Experiment, Mistake } from "./exercise.ts";
import { type LayerCase, layerExperiments } from "./layerExperiments.ts";
import { mapped, quantity, randomQuantity, zipped } from "./quantities.ts";
import type { Quantity } from "./wire.ts";

type Scalar = (x: number) => number;

/** A wrong function of one number, or a wrong derivative. */
export interface WrongFunction {
  readonly cause: string;
  readonly message: string;
  readonly f: Scalar;
}

export interface ElementwiseExercise {
  /** the exported class */
  readonly name: string;
  readonly f: Scalar;
  readonly derivative: Scalar;
  /** wrong functions; what backward returns is expected to be their derivative */
  readonly wrongFunctions?: readonly WrongFunction[];
  /** wrong derivatives next to a right forward pass */
  readonly wrongDerivatives?: readonly WrongFunction[];
  /** inputs where code that is right for ordinary ones can fail */
  readonly special?: readonly { readonly words: string; readonly x: readonly number[] }[];
  readonly mistakes?: readonly Mistake<LayerCase>[];
}

/** What a layer y = f(x), entry by entry, must do: dx = dy ⊙ f′(x), for arrays of any shape. */
export function elementwiseExperiments(exercise: ElementwiseExercise): Experiment[] {
  const { name, f, derivative, wrongFunctions = [], wrongDerivatives = [], mistakes = [] } = exercise;
  const gradient = (message: string, result: (x: number, dy: number) => number, cause = "wrong-derivative") => ({
    cause,
    message,
    results: ({ x, dy }: LayerCase) => ({ dx: zipped(x, dy, result) }),
  });
  return layerExperiments<LayerCase>({
    name,
    args: () => [],
    cases: (random) => casesOf(exercise, random),
    expected: ({ x, dy }) => ({ y: mapped(x, f), dx: zipped(dy, x, (d, value) => d * derivative(value)) }),
    mistakes: [
      ...mistakes,
      ...wrongFunctions.map((wrong) => ({
        cause: wrong.cause,
        message: wrong.message,
        results: ({ x, dy }: LayerCase) => ({ y: mapped(x, wrong.f), dx: derivativeOf(wrong, x, dy) }),
      })),
      gradient("dx is zero everywhere", () => 0, "zero"),
      gradient("dx is dy, unchanged", (_, dy) => dy, "unchanged-input"),
      gradient("dx has the wrong sign", (x, dy) => -dy * derivative(x), "sign"),
      gradient("dx is twice as large as it should be", (x, dy) => 2 * dy * derivative(x), "factor-2"),
      gradient("dx is half as large as it should be", (x, dy) => 0.5 * dy * derivative(x), "factor-2"),
      ...wrongDerivatives.map((wrong) => gradient(wrong.message, (x, dy) => dy * wrong.f(x), wrong.cause)),
      gradient(
        "dx is the derivative alone; the gradient dy that arrives is not used",
        (x) => derivative(x),
        "missing-dy",
      ),
      gradient("dx multiplies dy with the function itself instead of its derivative", (x, dy) => dy * f(x)),
      gradient("the derivative is taken at y instead of x", (x, dy) => dy * derivative(f(x))),
      gradient("the derivative is taken at dy instead of x", (_, dy) => derivative(dy)),
      gradient("the derivative is taken at dy instead of x, and multiplied with x", (x, dy) => x * derivative(dy)),
      gradient("the derivative is taken at −x", (x, dy) => dy * derivative(-x), "sign"),
      gradient("dx multiplies the derivative with x instead of dy", (x) => x * derivative(x), "missing-dy"),
      gradient("dx multiplies the derivative with y instead of dy", (x) => f(x) * derivative(x), "missing-dy"),
      gradient("dy and the derivative are added; the chain rule multiplies them", (x, dy) => dy + derivative(x)),
      gradient("dy is divided by the derivative; the chain rule multiplies", (x, dy) => dy / derivative(x)),
      gradient("the derivative is multiplied twice", (x, dy) => dy * derivative(x) ** 2),
      gradient("dy is multiplied twice", (x, dy) => dy * dy * derivative(x)),
      gradient("backward applies the function to dy", (_, dy) => f(dy)),
      gradient(
        "dx is minus the derivative; the gradient dy that arrives is not used",
        (x) => -derivative(x),
        "missing-dy",
      ),
      {
        cause: "wrong-index",
        message: "all entries of dx use the derivative at the first entry of x",
        results: ({ x, dy }: LayerCase) => ({ dx: mapped(dy, (value) => value * derivative(x.data[0])) }),
      },
      {
        cause: "wrong-index",
        message: "all entries of y come from the first entry of x",
        results: ({ x }: LayerCase) => ({ y: mapped(x, () => f(x.data[0])) }),
      },
      ...wrongFunctions.map((wrong) => ({
        cause: wrong.cause,
        message: `backward belongs to another function: ${wrong.message}`,
        results: ({ x, dy }: LayerCase) => ({ dx: derivativeOf(wrong, x, dy) }),
      })),
    ],
  });
}

function casesOf(
  { special = [] }: ElementwiseExercise,
  random: RandomState,
): readonly [LayerCase, LayerCase, LayerCase, ...LayerCase[]] {
  const one = (...shape: number[]): LayerCase => ({
    x: awayFromZero(randomQuantity(random, shape, 1.5)),
    dy: randomQuantity(random, shape),
    dims: { batch: shape[0] },
  });
  return [
    one(5, 4),
    one(3, 7),
    one(3, 7),
    { ...one(2, 3, 2, 2), special: "for x of rank 4" },
    ...special.map(({ words, x }) => ({
      x: quantity([1, x.length], x),
      dy: randomQuantity(random, [1, x.length]),
      special: words,
    })),
  ];
}

/** Inputs are not at kinks, such as 0. */
const awayFromZero = (a: LayerCase["x"]): LayerCase["x"] => mapped(a, (value) => value + (value < 0 ? -0.05 : 0.05));

const derivativeOf = ({ f }: WrongFunction, x: Quantity, dy: Quantity): Quantity =>
  zipped(dy, x, (d, value) => d * derivativeAt(f, value));

/** f′(x) by differences of fourth order, exact to about 1e-12. */
function derivativeAt(f: Scalar, x: number): number {
  const h = 1e-3 * Math.max(1, Math.abs(x));
  return (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h);
}
