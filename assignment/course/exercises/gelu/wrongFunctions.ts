import { type Deviation, deviations } from "../../deviations.ts";
import type { WrongFunction } from "../../elementwiseExperiments.ts";
import { erf, sigmoid } from "./otherFunctions.ts";

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

const wrongForward = deviations<Forward>(forward, {
  half: [
    { value: 1, cause: "factor-2", message: "the factor ½ is missing" },
    { value: 0.25, cause: "factor-2", message: "the factor ½ occurs twice" },
    { value: -0.5, cause: "sign", message: "the whole has the wrong sign" },
  ],
  c: [
    constant(2 / Math.PI, "the constant in front of the bracket is 2/π instead of √(2/π): the root is missing"),
    constant(Math.sqrt(Math.PI / 2), "the constant in front of the bracket is √(π/2) instead of √(2/π)"),
    constant(Math.SQRT2 / Math.PI, "the constant in front of the bracket is √2/π: the root must cover π, too"),
    constant(2 / Math.sqrt(Math.PI), "the constant in front of the bracket is 2/√π: the root must cover the 2, too"),
    constant(Math.sqrt(2 * Math.PI), "the constant in front of the bracket is √(2π) instead of √(2/π)"),
    constant(
      1 / Math.sqrt(2 * Math.PI),
      "the constant in front of the bracket is 1/√(2π), half of √(2/π): as an argument of tanh it is too small by 2",
    ),
    constant(Math.SQRT1_2, "the constant in front of the bracket is 1/√2, which belongs to the exact GELU"),
    constant(Math.SQRT2, "the constant in front of the bracket is √2 instead of √(2/π): π is missing"),
    constant(1 / Math.sqrt(Math.PI), "the constant in front of the bracket is √(1/π) instead of √(2/π)"),
    constant(Math.PI / 2, "the constant in front of the bracket is π/2 instead of √(2/π)"),
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
      message: "the cubic term is 3·x instead of x³",
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
      message: "the first term of the bracket is 1 instead of x",
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
      message: "the logistic function is used instead of tanh",
    },
    {
      value: (u) => sigmoid(u),
      cause: "wrong-function",
      message: "the logistic function is used instead of 1 + tanh",
    },
    {
      value: (u) => 2 * sigmoid(u),
      cause: "wrong-function",
      message: "1 + tanh(u) is 2·σ(2u); the 2 inside is missing",
    },
    { value: (u) => 1 + Math.atan(u), cause: "wrong-function", message: "the arc tangent is used instead of tanh" },
    { value: (u) => 1 + Math.tan(u), cause: "wrong-function", message: "the tangent is used instead of tanh" },
    { value: (u) => 1 + Math.sinh(u), cause: "wrong-function", message: "sinh is used instead of tanh" },
    {
      value: (u) => 1 + Math.atanh(u),
      cause: "wrong-function",
      message: "the inverse of tanh is used instead of tanh",
    },
    { value: (u) => 1 + erf(u), cause: "wrong-function", message: "the error function is used instead of tanh" },
  ],
  factor: [
    { value: () => 1, cause: "missing-factor", message: "the factor x in front is missing" },
    { value: (x) => x * x, cause: "power", message: "the factor x in front occurs twice" },
    { value: (x) => Math.abs(x), cause: "sign", message: "the factor in front is |x| instead of x" },
  ],
});

const formula = (one: Forward) => (x: number) => one.half * one.factor(x) * one.outer(one.inner(x, one));

const exact = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));

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
    message: "the bracket is misplaced: ½·(x + tanh u) instead of ½·x·(1 + tanh u)",
    f: (x) => 0.5 * (x + Math.tanh(forward.inner(x, forward))),
  },
  {
    cause: "bracket",
    message: "the bracket is misplaced: ½·x + tanh u instead of ½·x·(1 + tanh u)",
    f: (x) => 0.5 * x + Math.tanh(forward.inner(x, forward)),
  },
  {
    cause: "bracket",
    message: "the bracket is misplaced: ½·x·1 + tanh u instead of ½·x·(1 + tanh u)",
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

/** Wrong functions; their derivatives go with them. */
export const wrongFunctions: readonly WrongFunction[] = [
  ...otherFunctions,
  ...wrongForward.map((wrong) => ({ ...wrong, f: formula(wrong.parts) })),
];
