import { type DecayOptions, decayOf } from "../../optimizers/optimizer.ts";
import type { UpdateTrace } from "../../training/traceUpdate.ts";
import { type EntryFormula, type FormulaLine, step } from "./entryFormula.ts";
import { call, type Expression, minus, number, product, quotient, root, square, sum } from "./expression.ts";

export const one = number(1);

/** The numbers of one parameter entry in a step, as expressions, and its lines. */
export function updateNumbers({ optimizer, learningRate, gradients, before, after }: UpdateTrace, place: number) {
  const decay = decayOf(optimizer as typeof optimizer & Required<DecayOptions>);
  return {
    rate: number(learningRate, "η"),
    g: number(gradients[place], "g"),
    value: number(before.values[place], "θ"),
    t: after.state.step,
    old: (buffer: string, symbol: string, at = place) => number(before.state.buffers[buffer][at], symbol),
    /** the line that updates a buffer, and its new value */
    moved(buffer: string, symbol: string, expression: Expression, at = place): readonly [FormulaLine, Expression] {
      const value = after.state.buffers[buffer][at];
      return [{ symbol, index: [], expression, value, assigns: true }, number(value, symbol)];
    },
    /** θ ← θ − step − λθ */
    result: (change: Expression, lambda = decay): FormulaLine => {
      const value = number(before.values[place], "θ");
      const terms =
        lambda === 0 ? minus(value, change) : minus(minus(value, change), product(number(lambda, "λ"), value));
      return { symbol: "θ", index: [], expression: terms, value: after.values[place], assigns: true };
    },
  };
}

/** β·old + (1 − β)·now */
export const blended = (beta: Expression, old: Expression, now: Expression): Expression =>
  sum(product(beta, old), product(minus(one, beta), now));

/** 1 − βᵗ */
export const correction = (base: Expression, exponent: number): Expression =>
  minus(one, { kind: "power", base, exponent });

/** The options of Adam, with the learning rate of this step, and the position of its second moment. */
interface AdamStep {
  readonly rate: Expression;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** λ, where it is not the optimizer's own */
  readonly decay?: number;
  readonly placeOfV?: number;
  readonly amsgrad?: boolean;
}

/** m, v, m̂, v̂ and θ of Adam. */
export function adamLines(of: UpdateTrace, place: number, options: AdamStep): EntryFormula {
  const { rate, beta1, beta2, epsilon, decay, placeOfV = place, amsgrad = false } = options;
  const { g, old, moved, result, t } = updateNumbers(of, place);
  const [b1, b2] = [number(beta1, "β₁"), number(beta2, "β₂")];
  const [mLine, m] = moved("m", "m", blended(b1, old("m", "m"), g));
  const [vLine, v] = moved("v", "v", blended(b2, old("v", "v", placeOfV), square(g)), placeOfV);
  const [wLine, w] = amsgrad ? moved("largest", "w", call("max", old("largest", "w"), v)) : [undefined, v];
  const [mHatLine, mHat] = step("m̂", [], quotient(m, correction(b1, t)));
  const [vHatLine, vHat] = step("v̂", [], quotient(w, correction(b2, t)));
  const change = product(rate, quotient(mHat, sum(root(vHat), number(epsilon, "ε"))));
  return [mLine, vLine, ...(wLine ? [wLine] : []), mHatLine, vHatLine, result(change, decay)];
}
