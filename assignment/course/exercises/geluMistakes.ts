import { type Deviation, deviations } from "../deviations.ts";
import type { WrongFunction } from "../elementwiseExperiments.ts";

// Mistakes with GELU: formulas in which one or two parts are wrong, and other functions.

const c = Math.sqrt(2 / Math.PI);
const a = 0.044715;

/** y = half·x·outer(u), u = inner(x; c, a) */
const forward = {
  half: 0.5,
  c,
  a,
  inner: (x: number, one: { c: number; a: number }): number => one.c * (x + one.a * x ** 3),
  outer: (u: number): number => 1 + Math.tanh(u),
  factor: (x: number): number => x,
};
type Forward = typeof forward;

const constant = (value: number, words: string): Deviation<number> => ({ value, cause: "constant", message: words });
const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));

const wrongForward = deviations<Forward>(forward, {
  half: [
    { value: 1, cause: "factor-2", message: "the factor ½ is missing" },
    { value: 0.25, cause: "factor-2", message: "the factor ½ occurs twice" },
    { value: -0.5, cause: "sign", message: "the whole has the wrong sign" },
  ],
  c: [
    constant(2 / Math.PI, "the constant in front of the bracket is 2/π where √(2/π) belongs: the root is missing"),
    constant(Math.sqrt(Math.PI / 2), "the constant in front of the bracket is √(π/2) where √(2/π) belongs"),
    constant(Math.SQRT2 / Math.PI, "the constant in front of the bracket is √2/π: the root must cover π, too"),
    constant(2 / Math.sqrt(Math.PI), "the constant in front of the bracket is 2/√π: the root must cover the 2, too"),
    constant(Math.sqrt(2 * Math.PI), "the constant in front of the bracket is √(2π) where √(2/π) belongs"),
    constant(1 / Math.sqrt(2 * Math.PI), "the constant in front of the bracket is 1/√(2π) where √(2/π) belongs"),
    constant(Math.SQRT1_2, "the constant in front of the bracket is 1/√2, which belongs to the exact GELU"),
    constant(Math.SQRT2, "the constant in front of the bracket is √2 where √(2/π) belongs: π is missing"),
    constant(1 / Math.sqrt(Math.PI), "the constant in front of the bracket is √(1/π) where √(2/π) belongs"),
    constant(Math.PI / 2, "the constant in front of the bracket is π/2 where √(2/π) belongs"),
    constant(1, "the constant √(2/π) in front of the bracket is missing"),
    constant(0.79788, "the constant √(2/π) has too few digits"),
    constant(0.7979, "the constant √(2/π) has too few digits"),
    constant(0.798, "the constant √(2/π) has too few digits"),
    constant(0.8, "the constant √(2/π) has too few digits"),
  ],
  a: [
    constant(0, "the cubic term 0.044715·x³ is missing"),
    constant(-a, "the cubic term has the wrong sign"),
    constant(0.44715, "0.044715 is written as 0.44715"),
    constant(0.0044715, "0.044715 is written as 0.0044715"),
    constant(0.04715, "0.044715 is written as 0.04715"),
    constant(0.044175, "0.044715 is written as 0.044175"),
    constant(0.047715, "0.044715 is written as 0.047715"),
    constant(0.04475, "0.044715 is written as 0.04475"),
    constant(0.044751, "0.044715 is written as 0.044751"),
    constant(0.0447, "0.044715 has too few digits"),
    constant(0.045, "0.044715 has too few digits"),
    constant(1, "the factor 0.044715 of x³ is missing"),
  ],
  inner: [
    {
      value: (x, one) => one.c * (x + one.a * x ** 2),
      cause: "power",
      message: "x is squared where it should be cubed",
    },
    {
      value: (x, one) => one.c * (x + one.a * x ** 4),
      cause: "power",
      message: "x has the power 4 where it should be cubed",
    },
    { value: (x, one) => one.c * (x + one.a * x), cause: "power", message: "the cubic term is not cubed" },
    {
      value: (x, one) => one.c * (x + 3 * one.a * x),
      cause: "power",
      message: "the cubic term is 3·x where x³ belongs",
    },
    {
      value: (x, one) => one.c * x + one.a * x ** 3,
      cause: "bracket",
      message: "√(2/π) multiplies only the first term of the bracket",
    },
    {
      value: (x, one) => x + one.c * one.a * x ** 3,
      cause: "bracket",
      message: "√(2/π) multiplies only the second term of the bracket",
    },
    {
      value: (x, one) => one.c * (x + (one.a * x) ** 3),
      cause: "bracket",
      message: "0.044715 is cubed together with x",
    },
    { value: (x, one) => one.c * (x + one.a * x) ** 3, cause: "bracket", message: "the whole bracket is cubed" },
    {
      value: (x, one) => (x + one.a * x ** 3) / one.c,
      cause: "constant",
      message: "the bracket is divided by √(2/π), not multiplied",
    },
    {
      value: (x, one) => one.c * (x * one.a * x ** 3),
      cause: "bracket",
      message: "the terms of the bracket are multiplied, not added",
    },
    {
      value: (x, one) => one.c * (1 + one.a * x ** 3),
      cause: "bracket",
      message: "the first term of the bracket is 1 where x belongs",
    },
    { value: (x, one) => one.c * (1 + one.a * x ** 2), cause: "bracket", message: "the bracket lacks a factor x" },
    {
      value: (x, one) => -one.c * (x + one.a * x ** 3),
      cause: "sign",
      message: "the argument of tanh has the wrong sign",
    },
    {
      value: (x, one) => 2 * one.c * (x + one.a * x ** 3),
      cause: "factor-2",
      message: "the argument of tanh is twice as large as it should be",
    },
    {
      value: (x, one) => 0.5 * one.c * (x + one.a * x ** 3),
      cause: "factor-2",
      message: "the argument of tanh is half as large as it should be",
    },
  ],
  outer: [
    { value: (u) => Math.tanh(u), cause: "missing-term", message: "the 1 in front of tanh is missing" },
    { value: (u) => 1 - Math.tanh(u), cause: "sign", message: "tanh is subtracted where it should be added" },
    { value: (u) => Math.tanh(u) - 1, cause: "sign", message: "1 is subtracted where it should be added" },
    { value: (u) => 1 + u, cause: "missing-function", message: "tanh is missing" },
    { value: (u) => Math.tanh(1 + u), cause: "bracket", message: "the 1 is inside of tanh" },
    {
      value: (u) => 1 + sigmoid(u),
      cause: "wrong-function",
      message: "the logistic function is used where tanh belongs",
    },
    {
      value: (u) => sigmoid(u),
      cause: "wrong-function",
      message: "the logistic function is used where 1 + tanh belongs",
    },
    {
      value: (u) => 2 * sigmoid(u),
      cause: "wrong-function",
      message: "1 + tanh(u) is 2·σ(2u); the 2 inside is missing",
    },
    { value: (u) => 1 + Math.atan(u), cause: "wrong-function", message: "the arc tangent is used where tanh belongs" },
    { value: (u) => 1 + Math.tan(u), cause: "wrong-function", message: "the tangent is used where tanh belongs" },
    { value: (u) => 1 + Math.sinh(u), cause: "wrong-function", message: "sinh is used where tanh belongs" },
    {
      value: (u) => 1 + Math.atanh(u),
      cause: "wrong-function",
      message: "the inverse of tanh is used where tanh belongs",
    },
    { value: (u) => 1 + erf(u), cause: "wrong-function", message: "the error function is used where tanh belongs" },
  ],
  factor: [
    { value: () => 1, cause: "missing-factor", message: "the factor x in front is missing" },
    { value: (x) => x * x, cause: "power", message: "the factor x in front occurs twice" },
    { value: (x) => Math.abs(x), cause: "sign", message: "the factor in front is |x| where x belongs" },
  ],
});

const formula = (one: Forward) => (x: number) => one.half * one.factor(x) * one.outer(one.inner(x, one));

/** dx = dy·(first·(1 + t) + second·x·slope(t)·inner(x)), t = tanh(u) */
const backward = {
  first: 0.5,
  second: 0.5,
  c,
  a,
  outer: (t: number, _u: number): number => 1 + t,
  factor: (x: number): number => x,
  slope: (t: number, _u: number): number => 1 - t * t,
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
    inDerivative(0, "missing-term", "the term with the derivative of tanh is missing: x also stands inside of tanh"),
    inDerivative(1, "factor-2", "the factor ½ of the second term is missing"),
    inDerivative(-0.5, "sign", "the second term of the product rule has the wrong sign"),
    inDerivative(0.25, "factor-2", "the second term has a factor ½ too many"),
  ],
  c: [
    inDerivative(1, "chain-rule", "√(2/π), which the chain rule brings out of u, is missing"),
    inDerivative(2 / Math.PI, "constant", "the constant is 2/π where √(2/π) belongs"),
    inDerivative(c * c, "constant", "√(2/π) occurs twice"),
    inDerivative(Math.sqrt(Math.PI / 2), "constant", "the constant is √(π/2) where √(2/π) belongs"),
    inDerivative(Math.SQRT2 / Math.PI, "constant", "the constant is √2/π where √(2/π) belongs"),
    inDerivative(2 / Math.sqrt(Math.PI), "constant", "the constant is 2/√π where √(2/π) belongs"),
    inDerivative(0.79788, "constant", "the constant √(2/π) has too few digits"),
    inDerivative(0.7979, "constant", "the constant √(2/π) has too few digits"),
    inDerivative(0.798, "constant", "the constant √(2/π) has too few digits"),
    inDerivative(0.8, "constant", "the constant √(2/π) has too few digits"),
  ],
  a: [
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
    inDerivative((2 * a) / 3, "power", "the factor from the power x³ is 2 where 3 belongs"),
    inDerivative(3 * a, "power", "the factor 3 from the power x³ occurs twice"),
    inDerivative(a * a, "constant", "0.044715 occurs twice"),
    inDerivative(1, "constant", "0.044715 is missing"),
  ],
  outer: [
    inDerivative((t) => t, "missing-term", "the first term lacks the 1 in front of tanh"),
    inDerivative((t) => 1 - t, "sign", "the first term has 1 − tanh u where 1 + tanh u belongs"),
    inDerivative(
      (t) => 1 - t * t,
      "wrong-derivative",
      "the first term has the derivative of tanh where tanh itself belongs",
    ),
    inDerivative((_, u) => 1 + u, "missing-function", "the first term lacks tanh"),
    inDerivative(() => 1, "missing-term", "the first term lacks tanh u"),
  ],
  factor: [
    inDerivative(() => 1, "missing-factor", "the second term lacks the factor x"),
    inDerivative((x) => x * x, "power", "the second term has the factor x twice"),
  ],
  slope: [
    inDerivative((t) => 1 - t, "wrong-derivative", "the derivative of tanh is 1 − tanh: the square is missing"),
    inDerivative((t) => 1 + t * t, "sign", "the derivative of tanh is 1 + tanh² where 1 − tanh² belongs"),
    inDerivative((t) => t * t - 1, "sign", "the derivative of tanh has the wrong sign"),
    inDerivative((t) => t * t, "wrong-derivative", "the derivative of tanh is tanh² where 1 − tanh² belongs"),
    inDerivative((t) => t, "wrong-derivative", "tanh stands where its derivative belongs"),
    inDerivative(() => 1, "chain-rule", "the derivative of tanh is missing"),
    inDerivative(
      (_, u) => 1 / Math.cosh(u),
      "wrong-derivative",
      "the derivative of tanh is sech u: the square is missing",
    ),
    inDerivative((_, u) => 1 - u * u, "wrong-derivative", "the derivative of tanh is 1 − u² where 1 − tanh² u belongs"),
    inDerivative(
      (_, u) => Math.cosh(u) ** 2,
      "wrong-derivative",
      "the derivative of tanh is cosh² u where 1/cosh² u belongs",
    ),
    inDerivative((_, u) => 1 / Math.cosh(u) ** 4, "wrong-derivative", "the derivative of tanh is squared"),
    inDerivative(
      (t) => t * (1 - t),
      "wrong-derivative",
      "the derivative is that of the logistic function where that of tanh belongs",
    ),
    inDerivative(
      (t) => (1 - t) ** 2,
      "wrong-derivative",
      "the derivative of tanh is (1 − tanh)² where 1 − tanh² belongs",
    ),
    inDerivative(
      (t) => (1 + t) ** 2,
      "wrong-derivative",
      "the derivative of tanh is (1 + tanh)² where 1 − tanh² belongs",
    ),
    inDerivative((t) => 1 - Math.tanh(t) ** 2, "wrong-derivative", "tanh is applied twice"),
  ],
  inner: [
    inDerivative((x, one) => one.c * (x + one.a * x ** 3), "chain-rule", "u stands where its derivative belongs"),
    inDerivative(() => 1, "chain-rule", "the derivative of u is missing"),
    inDerivative((x, one) => one.c * (1 + 3 * one.a * x), "power", "the derivative of x³ is 3·x where 3·x² belongs"),
    inDerivative(
      (x, one) => one.c * (1 + 3 * one.a * x ** 3),
      "power",
      "the derivative of x³ is 3·x³ where 3·x² belongs",
    ),
    inDerivative((x, one) => one.c * (1 + one.a * x ** 3), "power", "the cubic term is not differentiated"),
    inDerivative((x, one) => one.c * (x + 3 * one.a * x * x), "power", "the derivative of x is x where 1 belongs"),
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
  const u = forward.inner(x, forward);
  const t = Math.tanh(u);
  return one.first * one.outer(t, u) + one.second * one.factor(x) * one.slope(t, u) * one.inner(x, one);
};

const exact = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));
const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

const otherFunctions: WrongFunction[] = [
  {
    cause: "exact-gelu",
    message: "this is the exact GELU with the error function, not its tanh approximation",
    f: exact,
  },
  {
    cause: "other-approximation",
    message: "this is the approximation x·σ(1.702·x), not the one with tanh",
    f: (x) => x * sigmoid(1.702 * x),
  },
  { cause: "wrong-function", message: "this is SiLU, x·σ(x), not GELU", f: (x) => x * sigmoid(x) },
  { cause: "wrong-function", message: "this is ReLU, not GELU", f: (x) => Math.max(x, 0) },
  {
    cause: "bracket",
    message: "the bracket is misplaced: ½·(x + tanh u) where ½·x·(1 + tanh u) belongs",
    f: (x) => 0.5 * (x + Math.tanh(forward.inner(x, forward))),
  },
  {
    cause: "bracket",
    message: "the bracket is misplaced: ½·x + tanh u where ½·x·(1 + tanh u) belongs",
    f: (x) => 0.5 * x + Math.tanh(forward.inner(x, forward)),
  },
  {
    cause: "bracket",
    message: "the bracket is misplaced: ½·x·1 + tanh u where ½·x·(1 + tanh u) belongs",
    f: (x) => 0.5 * x * 1 + Math.tanh(forward.inner(x, forward)),
  },
  {
    cause: "overflow",
    message: "tanh is computed as a quotient of exponentials, which overflow",
    f: (x) => {
      const e = Math.exp(2 * forward.inner(x, forward));
      return 0.5 * x * (1 + (e - 1) / (e + 1));
    },
  },
  {
    cause: "overflow",
    message: "tanh is computed as a quotient of exponentials, which overflow",
    f: (x) => {
      const u = forward.inner(x, forward);
      return 0.5 * x * (1 + (Math.exp(u) - Math.exp(-u)) / (Math.exp(u) + Math.exp(-u)));
    },
  },
];

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

/** Wrong functions; their derivatives go with them. */
export const wrongFunctions: readonly WrongFunction[] = [
  ...otherFunctions,
  ...wrongForward.map((wrong) => ({ ...wrong, f: formula(wrong.parts) })),
];

/** Wrong derivatives of the right function. */
export const wrongDerivatives: readonly WrongFunction[] = [
  ...otherDerivatives,
  ...wrongBackward.map((wrong) => ({ ...wrong, f: derivativeFormula(wrong.parts) })),
];

/** The error function: (2/√π)·e^(−x²)·Σ 2ⁿ·x^(2n+1)/(2n+1)!!, whose terms have one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
