import type { Mistake } from "../../exercise.ts";
import { mapped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import { at, central, differences, type GradientCase, mistake } from "./formulas.ts";

/** The result if earlier entries are not restored but moved by `left`. */
const notRestored =
  (left: (h: number) => number, a: (h: number) => number, b: (h: number) => number, c: (h: number) => number) =>
  (one: GradientCase, h: number): Quantity =>
    mapped(one.x, (_, i) => {
      const f = (by: number): number => at(one, (value, k) => (k < i ? value + left(h) : k === i ? value + by : value));
      return (f(a(h)) - f(b(h))) / c(h);
    });

export const mistakes: readonly Mistake<GradientCase>[] = [
  mistake(
    "one-sided",
    "these are forward differences, (f(x + h) − f(x))/h, whose error is larger; central differences were asked for",
    (one, h) => differences(one, h, 0, h),
  ),
  mistake(
    "one-sided",
    "these are backward differences, (f(x) − f(x − h))/h, whose error is larger; central differences were asked for",
    (one, h) => differences(one, 0, -h, h),
  ),
  mistake("one-sided", "the difference is one-sided and divided by 2h: f(x + h) and f(x) are only h apart", (one, h) =>
    differences(one, h, 0, 2 * h),
  ),
  mistake("one-sided", "the difference is one-sided and divided by 2h: f(x) and f(x − h) are only h apart", (one, h) =>
    differences(one, 0, -h, 2 * h),
  ),
  mistake(
    "one-sided",
    "the second call sees x as it was, because h is subtracted only once; and the difference has the wrong sign",
    (one, h) => differences(one, 0, h, 2 * h),
  ),
  mistake("missing-2", "the difference is divided by h: x + h and x − h are 2h apart", (one, h) =>
    differences(one, h, -h, h),
  ),
  mistake("missing-division", "the division by 2h is missing", (one, h) => differences(one, h, -h, 1)),
  mistake("missing-division", "the difference is divided by 2; h is missing there", (one, h) =>
    differences(one, h, -h, 2),
  ),
  mistake("precedence", "the difference is divided by 2 and multiplied by h: in a / 2 * h, h is a factor", (one, h) =>
    differences(one, h, -h, 2 / h),
  ),
  mistake("extra-division", "the difference is divided by 4h", (one, h) => differences(one, h, -h, 4 * h)),
  mistake("extra-division", "the difference is divided by h²", (one, h) => differences(one, h, -h, h * h)),
  mistake("extra-division", "the difference is divided by 2h²", (one, h) => differences(one, h, -h, 2 * h * h)),
  mistake("precedence", "only f(x − h) is divided by 2h: the brackets around the difference are missing", (one, h) =>
    mapped(
      one.x,
      (_, i) =>
        at(one, (value, k) => (k === i ? value + h : value)) -
        at(one, (value, k) => (k === i ? value - h : value)) / (2 * h),
    ),
  ),
  mistake("sign", "the differences have the wrong sign: f(x + h) is subtracted from f(x − h)", (one, h) =>
    differences(one, -h, h, 2 * h),
  ),
  mistake("sign", "the two values of f are added; their difference is needed", (one, h) =>
    mapped(
      one.x,
      (_, i) =>
        (at(one, (value, k) => (k === i ? value + h : value)) + at(one, (value, k) => (k === i ? value - h : value))) /
        (2 * h),
    ),
  ),
  mistake("wrong-step", "x is moved by h/2 in each direction; the step is h", (one, h) => central(one, h / 2)),
  mistake("wrong-step", "x is moved by 2h in each direction; the step is h", (one, h) => central(one, 2 * h)),
  mistake("wrong-step", "x is moved by 2h in one direction only", (one, h) => differences(one, 2 * h, 0, 2 * h)),
  mistake("wrong-step", "x is moved by 2h and divided by 2h", (one, h) => differences(one, 2 * h, -2 * h, 2 * h)),
  mistake("wrong-step", "the step is h² and not h", (one, h) => central(one, h * h)),
  mistake("relative-step", "the step grows with x; it is h for all entries", (one, h) =>
    mapped(one.x, (x, i) => central(one, h * Math.max(1, Math.abs(x))).data[i]),
  ),
  mistake("relative-step", "the step grows with x; it is h for all entries", (one, h) =>
    mapped(one.x, (x, i) => central(one, h * (1 + Math.abs(x))).data[i]),
  ),
  mistake("own-step", "the step is 0.001 and not the given h", (one) => central(one, 1e-3)),
  mistake("own-step", "the step is a small one of its own and not the given h", (one) => central(one, 1e-5)),
  mistake("relative-step", "the step is h·x and not h", (one, h) =>
    mapped(
      one.x,
      (x, i) =>
        (at(one, (value, k) => (k === i ? value * (1 + h) : value)) -
          at(one, (value, k) => (k === i ? value * (1 - h) : value))) /
        (2 * h * x),
    ),
  ),
  mistake("relative-step", "x is multiplied by 1 ± h; h should be added", (one, h) =>
    mapped(
      one.x,
      (_, i) =>
        (at(one, (value, k) => (k === i ? value * (1 + h) : value)) -
          at(one, (value, k) => (k === i ? value * (1 - h) : value))) /
        (2 * h),
    ),
  ),
  mistake("all-entries", "h is added to all entries of x at once; each derivative changes one entry", (one, h) => {
    const all = (at(one, (value) => value + h) - at(one, (value) => value - h)) / (2 * h);
    return mapped(one.x, () => all);
  }),
  mistake("replaced", "the entry is replaced by ±h; h should be added to it", (one, h) =>
    mapped(
      one.x,
      (_, i) =>
        (at(one, (value, k) => (k === i ? h : value)) - at(one, (value, k) => (k === i ? -h : value))) / (2 * h),
    ),
  ),
  mistake("running-sum", "each derivative is added to those before it", (one, h) => {
    let sum = 0;
    return mapped(central(one, h), (value) => {
      sum += value;
      return sum;
    });
  }),
  mistake("last-entry", "all entries have the derivative of the last one", (one, h) =>
    mapped(one.x, () => central(one, h).data[one.x.data.length - 1]),
  ),
  mistake(
    "other-formula",
    "this is a formula of fourth order; central differences of second order were asked for",
    (one, h) => mapped(central(one, h), (value, i) => (4 * value - central(one, 2 * h).data[i]) / 3),
  ),
  mistake("second-derivative", "this is the second derivative, (f(x + h) − 2f(x) + f(x − h))/h²", (one, h) => {
    const middle = at(one, (value) => value);
    return mapped(
      one.x,
      (_, i) =>
        (at(one, (value, k) => (k === i ? value + h : value)) -
          2 * middle +
          at(one, (value, k) => (k === i ? value - h : value))) /
        h ** 2,
    );
  }),
  mistake(
    "not-restored",
    "the entries of x are not restored: later derivatives see the earlier entries at x − h",
    notRestored(
      (h) => -h,
      (h) => h,
      (h) => -h,
      (h) => 2 * h,
    ),
  ),
  mistake(
    "not-restored",
    "the entries of x are not restored: later derivatives see the earlier entries at x + h",
    notRestored(
      (h) => h,
      (h) => h,
      (h) => -h,
      (h) => 2 * h,
    ),
  ),
  mistake(
    "not-restored",
    "the entries of x are not restored: x + h is the last change",
    notRestored(
      (h) => h,
      (h) => h,
      () => 0,
      (h) => h,
    ),
  ),
  mistake(
    "not-restored",
    "the entries of x are not restored: x + h is the last change",
    notRestored(
      (h) => h,
      (h) => h,
      () => 0,
      (h) => 2 * h,
    ),
  ),
  mistake(
    "not-restored",
    "h is subtracted from x and 2h should be: the second call sees x as it was",
    notRestored(
      () => 0,
      (h) => h,
      () => 0,
      (h) => 2 * h,
    ),
  ),
];
