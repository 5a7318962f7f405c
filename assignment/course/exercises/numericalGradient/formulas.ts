import type { Case, Mistake } from "../../exercise.ts";
import { mapped } from "../../quantities.ts";
import { waves } from "../../waves.ts";
import type { Quantity } from "../../wire.ts";

export interface GradientCase extends Case {
  readonly x: Quantity;
  readonly coefficients: Quantity;
  /** none: the default step */
  readonly h?: number;
}

const step = ({ h = 1e-5 }: GradientCase): number => h;

/** f at x, with the numbers at some places changed. */
export const at = ({ x, coefficients }: GradientCase, change: (value: number, i: number) => number): number =>
  waves(mapped(x, change).data, coefficients.data);

/** (f(x + a·eᵢ) − f(x + b·eᵢ)) / c for each entry. */
export const differences = (one: GradientCase, a: number, b: number, c: number): Quantity =>
  mapped(
    one.x,
    (_, i) =>
      (at(one, (value, k) => (k === i ? value + a : value)) - at(one, (value, k) => (k === i ? value + b : value))) / c,
  );

export const central = (one: GradientCase, h = step(one)): Quantity => differences(one, h, -h, 2 * h);

export const mistake = (
  cause: string,
  message: string,
  gradient: (one: GradientCase, h: number) => Quantity,
): Mistake<GradientCase> => ({
  cause,
  message,
  results: (one) => ({ gradient: gradient(one, step(one)) }),
});
