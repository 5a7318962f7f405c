import { type Deviation, deviations } from "../../deviations.ts";
import type { WrongFunction } from "../../elementwiseExperiments.ts";
import { erf, sigmoid } from "./otherFunctions.ts";

const c = Math.sqrt(2 / Math.PI);
const a = 0.044715;

/** dx = dy·(first·(1 + t) + second·x·tanhDerivative(t)·inner(x)), t = tanh(u) */
const backward = {
  first: 0.5,
  second: 0.5,
  c,
  a,
  outer: (t: number, _u: number): number => 1 + t,
  factor: (x: number): number => x,
  tanhDerivative: (t: number, _u: number, _x: number): number => 1 - t * t,
  u: (x: number): number => c * (x + a * x ** 3),
  inner: (x: number, one: { c: number; a: number }): number => one.c * (1 + 3 * one.a * x * x),
};
type Backward = typeof backward;

const inDerivative = <Value>(value: Value, cause: string, message: string): Deviation<Value> => ({
  value,
  cause,
  message: `in the derivative, ${message}`,
});

const wrongBackward = deviations<Backward>(backward, {
  first: [
    inDerivative(0, "missing-term", "the term ½·(1 + tanh u) of the product rule is missing"),
    inDerivative(1, "factor-2", "the factor ½ of the first term is missing"),
    inDerivative(-0.5, "sign", "the first term of the product rule has the wrong sign"),
  ],
  second: [
    inDerivative(0, "missing-term", "the term with the derivative of tanh is missing: x is also inside of tanh"),
    inDerivative(1, "factor-2", "the factor ½ of the second term is missing"),
    inDerivative(-0.5, "sign", "the second term of the product rule has the wrong sign"),
    inDerivative(0.25, "factor-2", "the second term has an extra factor ½"),
  ],
  c: [
    inDerivative(
      0.5,
      "chain-rule",
      "the constant in front of the bracket of u, a factor of its derivative, is missing",
    ),
    inDerivative(1, "chain-rule", "√(2/π), a factor of the derivative of u, is missing"),
    inDerivative(2 / Math.PI, "constant", "the constant is 2/π instead of √(2/π)"),
    inDerivative(c * c, "constant", "√(2/π) occurs twice"),
    inDerivative(Math.sqrt(Math.PI / 2), "constant", "the constant is √(π/2) instead of √(2/π)"),
    inDerivative(Math.SQRT2 / Math.PI, "constant", "the constant is √2/π instead of √(2/π)"),
    inDerivative(2 / Math.sqrt(Math.PI), "constant", "the constant is 2/√π instead of √(2/π)"),
    inDerivative(0.79788, "constant", "the constant √(2/π) has too few digits"),
    inDerivative(0.7979, "constant", "the constant √(2/π) has too few digits"),
    inDerivative(0.798, "constant", "the constant √(2/π) has too few digits"),
    inDerivative(0.8, "constant", "the constant √(2/π) has too few digits"),
  ],
  a: [
    ...[0.34145, 0.13415, 0.1341, 0.134, 0.0134145, 1.34145, 0.13145, 0.144145, 0.134154].map((three) =>
      inDerivative(three / 3, "constant", `3·0.044715 is written as ${three}`),
    ),
    inDerivative(0, "missing-term", "the derivative of the cubic term is missing"),
    inDerivative(-a, "sign", "the derivative of the cubic term has the wrong sign"),
    inDerivative(0.44715, "constant", "0.044715 is written as 0.44715"),
    inDerivative(0.0044715, "constant", "0.044715 is written as 0.0044715"),
    inDerivative(0.04715, "constant", "0.044715 is written as 0.04715"),
    inDerivative(0.044175, "constant", "0.044715 is written as 0.044175"),
    inDerivative(0.04475, "constant", "0.044715 is written as 0.04475"),
    inDerivative(0.0447, "constant", "0.044715 has too few digits"),
    inDerivative(0.134145 / 3 - 1e-6 / 3, "constant", "3·0.044715 has a wrong digit"),
    inDerivative(a / 3, "power", "the factor 3 from the power x³ is missing"),
    inDerivative((2 * a) / 3, "power", "the factor from the power x³ is 2 instead of 3"),
    inDerivative(3 * a, "power", "the factor 3 from the power x³ occurs twice"),
    inDerivative(a * a, "constant", "0.044715 occurs twice"),
    inDerivative(1, "constant", "0.044715 is missing"),
  ],
  outer: [
    inDerivative((t) => t, "missing-term", "the first term lacks the 1 in front of tanh"),
    inDerivative((t) => 1 - t, "sign", "the first term has 1 − tanh u instead of 1 + tanh u"),
    inDerivative(
      (t) => 1 - t * t,
      "wrong-derivative",
      "the first term has the derivative of tanh instead of tanh itself",
    ),
    inDerivative((_, u) => 1 + u, "missing-function", "the first term lacks tanh"),
    inDerivative(() => 1, "missing-term", "the first term lacks tanh u"),
  ],
  factor: [
    inDerivative(() => 1, "missing-factor", "the second term lacks the factor x"),
    inDerivative((x) => x * x, "power", "the second term has the factor x twice"),
  ],
  u: [
    inDerivative((x) => x, "wrong-input", "tanh is taken of x where it should be taken of u"),
    inDerivative((x) => c * x, "missing-term", "tanh is taken of √(2/π)·x: the cubic term of u is missing"),
    inDerivative((x) => x + a * x ** 3, "constant", "tanh is taken of x + 0.044715·x³: √(2/π) is missing"),
    inDerivative((x) => c * (x + a * x ** 2), "power", "u has x² instead of x³"),
    inDerivative((x) => c * x + a * x ** 3, "bracket", "in u, √(2/π) multiplies only the first term"),
    inDerivative((x) => 2 * c * (x + a * x ** 3), "factor-2", "the argument of tanh is twice as large as it should be"),
    inDerivative((x) => c * (x + 3 * a * x ** 3), "constant", "the factor 3 of the derivative is also inside of u"),
    inDerivative((x) => c * (1 + 3 * a * x * x), "wrong-input", "tanh is taken of the derivative of u"),
  ],
  tanhDerivative: [
    inDerivative(
      (_t, _u, x) => 1 / Math.cosh(x) ** 2,
      "wrong-input",
      "the derivative of tanh is taken at x instead of u",
    ),
    inDerivative(
      (_t, _u, x) => 1 - x * x,
      "wrong-derivative",
      "the derivative of tanh is 1 − x² instead of 1 − tanh² u",
    ),
    inDerivative((t) => 1 - t, "wrong-derivative", "the derivative of tanh is 1 − tanh: the square is missing"),
    inDerivative((t) => 1 + t * t, "sign", "the derivative of tanh is 1 + tanh² instead of 1 − tanh²"),
    inDerivative((t) => t * t - 1, "sign", "the derivative of tanh has the wrong sign"),
    inDerivative((t) => t * t, "wrong-derivative", "the derivative of tanh is tanh² instead of 1 − tanh²"),
    inDerivative((t) => t, "wrong-derivative", "tanh is used instead of its derivative"),
    inDerivative(() => 1, "chain-rule", "the derivative of tanh is missing"),
    inDerivative(
      (_, u) => 1 / Math.cosh(u),
      "wrong-derivative",
      "the derivative of tanh is sech u: the square is missing",
    ),
    inDerivative((_, u) => 1 - u * u, "wrong-derivative", "the derivative of tanh is 1 − u² instead of 1 − tanh² u"),
    inDerivative(
      (_, u) => Math.cosh(u) ** 2,
      "wrong-derivative",
      "the derivative of tanh is cosh² u instead of 1/cosh² u",
    ),
    inDerivative((_, u) => 1 / Math.cosh(u) ** 4, "wrong-derivative", "the derivative of tanh is squared"),
    inDerivative(
      (t) => t * (1 - t),
      "wrong-derivative",
      "the derivative is that of the logistic function instead of that of tanh",
    ),
    inDerivative((t) => (1 - t) ** 2, "wrong-derivative", "the derivative of tanh is (1 − tanh)² instead of 1 − tanh²"),
    inDerivative((t) => (1 + t) ** 2, "wrong-derivative", "the derivative of tanh is (1 + tanh)² instead of 1 − tanh²"),
    inDerivative((t) => 1 - Math.tanh(t) ** 2, "wrong-derivative", "tanh is applied twice"),
  ],
  inner: [
    inDerivative((x, one) => one.c * (x + one.a * x ** 3), "chain-rule", "u is used instead of its derivative"),
    inDerivative(() => 1, "chain-rule", "the derivative of u is missing"),
    inDerivative((x, one) => one.c * (1 + 3 * one.a * x), "power", "the derivative of x³ is 3·x instead of 3·x²"),
    inDerivative((x, one) => one.c * (1 + 3 * one.a * x ** 3), "power", "the derivative of x³ is 3·x³ instead of 3·x²"),
    inDerivative((x, one) => one.c * (1 + one.a * x ** 3), "power", "the cubic term is not differentiated"),
    inDerivative((x, one) => one.c * (x + 3 * one.a * x * x), "power", "the derivative of x is x instead of 1"),
    inDerivative((x, one) => one.c * 3 * one.a * x * x, "missing-term", "the derivative of u lacks the 1"),
    inDerivative((_, one) => one.c * (1 + 3 * one.a), "power", "the derivative of x³ lacks the factor x²"),
    inDerivative((x, one) => one.c + 3 * one.a * x * x, "bracket", "√(2/π) multiplies only the first term"),
    inDerivative((x, one) => 1 + one.c * 3 * one.a * x * x, "bracket", "√(2/π) multiplies only the second term"),
    inDerivative((x, one) => (1 + 3 * one.a * x * x) / one.c, "constant", "√(2/π) divides where it should multiply"),
    inDerivative((x, one) => one.c * (1 + (3 * one.a * x) ** 2), "bracket", "0.044715 is squared together with x"),
    inDerivative((x, one) => one.c * (1 + one.a * (3 * x) ** 2), "bracket", "the 3 is squared together with x"),
    inDerivative((x, one) => one.c * (1 + one.a * x) ** 3, "bracket", "the derivative of u is wrong"),
  ],
});

const derivativeFormula = (one: Backward) => (x: number) => {
  const u = one.u(x);
  const t = Math.tanh(u);
  return one.first * one.outer(t, u) + one.second * one.factor(x) * one.tanhDerivative(t, u, x) * one.inner(x, one);
};

const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

const otherDerivatives: WrongFunction[] = [
  {
    cause: "exact-gelu",
    message:
      "backward is the derivative of the exact GELU with the error function, but forward is the tanh approximation",
    f: (x) => 0.5 * (1 + erf(x / Math.SQRT2)) + x * normalDensity(x),
  },
  {
    cause: "other-approximation",
    message: "backward is the derivative of x·σ(1.702·x), but forward is the approximation with tanh",
    f: (x) => sigmoid(1.702 * x) + 1.702 * x * sigmoid(1.702 * x) * (1 - sigmoid(1.702 * x)),
  },
  { cause: "wrong-function", message: "backward is the derivative of ReLU", f: (x) => (x > 0 ? 1 : 0) },
];

/** Wrong derivatives of the right function. */
export const wrongDerivatives: readonly WrongFunction[] = [
  ...otherDerivatives,
  ...wrongBackward.map((wrong) => ({ ...wrong, f: derivativeFormula(wrong.parts) })),
];
