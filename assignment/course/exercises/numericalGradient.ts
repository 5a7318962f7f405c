import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, experiment } from "../exercise.ts";
import { quantity, randomQuantity } from "../quantities.ts";
import type { Quantity } from "../wire.ts";
import { central, type GradientCase, mistake } from "./numericalGradient/formulas.ts";
import { mistakes } from "./numericalGradient/mistakes.ts";

const skeleton = `import { type NdArray, notWritten } from "./array.ts";

/**
 * The gradient of a function by central differences: g[i] = (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h, where x ± h·eᵢ is x with h added to or
 * subtracted from its entry i alone.
 *
 * f reads x.data. You may change entries of x for the calls of f, but when you return, x has the same numbers as before, to the last
 * bit. The result has the shape of x.
 */
export function numericalGradient(f: (x: NdArray) => number, x: NdArray, h = 1e-5): NdArray {
  return notWritten("numericalGradient");
}
`;

function cases(random: RandomState): readonly GradientCase[] {
  const one = (shape: readonly number[], h?: number): GradientCase => ({
    x: randomQuantity(random, shape),
    coefficients: randomQuantity(random, [shape.reduce((product, length) => product * length, 1)]),
    ...(h === undefined
      ? { special: "for the step of the default" }
      : { h, dims: { h, size: shape.reduce((a, b) => a * b) } }),
  });
  return [one([3, 4], 0.02), one([5], 0.01), one([2, 3, 2], 0.05), one([2, 2])];
}

const inFirst = (one: GradientCase, h: number): Quantity => {
  const all = central(one, h);
  const row = one.x.shape.length > 1 ? one.x.data.length / one.x.shape[0] : one.x.data.length;
  return quantity(
    all.shape,
    all.data.map((value, i) => (i < row ? value : 0)),
  );
};

export const numericalGradient: Exercise = {
  id: "numericalGradient",
  title: "Numerical gradient",
  chapter: "extra",
  points: 5,
  skeleton,
  questions: [
    {
      text: "Why are central differences more exact than (f(x + h) − f(x))/h, and why is a step of 1e-12 worse than 1e-5?",
    },
  ],
  hints: [
    "One entry at a time: how often do you call f for an x with 12 numbers?",
    "Keep the entry before you change it. Adding h and subtracting it again does not always give the same number.",
    "For each entry: one call of f with h added, one with h subtracted, then the entry as it was. The difference of both results is divided by the distance of the two points.",
  ],
  experiments: [
    experiment<GradientCase>({
      title: "central differences of a given function",
      cases,
      run: async (student, { x, coefficients, h }, report) => {
        const f = await student.given("waves", coefficients);
        report("gradient", await student.call("numericalGradient", f, x, ...(h === undefined ? [] : [h])));
      },
      expected: (one) => ({ gradient: central(one) }),
      mistakes: [...mistakes, mistake("first-axis", "only the entries of the first row are computed", inFirst)],
    }),
  ],
};
