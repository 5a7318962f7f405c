import type { Adagrad } from "../../optimizers/adagrad.ts";
import type { Adam } from "../../optimizers/adam.ts";
import type { Lion } from "../../optimizers/lion.ts";
import type { Muon } from "../../optimizers/muon.ts";
import type { Nadam } from "../../optimizers/nadam.ts";
import type { OptimizerName } from "../../optimizers/optimizers.ts";
import type { Rmsprop } from "../../optimizers/rmsprop.ts";
import type { Sgd } from "../../optimizers/sgd.ts";
import { SettingsError } from "../../tensor/errors.ts";
import type { UpdateTrace } from "../../training/traceUpdate.ts";
import { type EntryFormula, step } from "./entryFormula.ts";
import { call, type Expression, minus, number, product, quotient, root, square, sum } from "./expression.ts";
import { muonUpdate } from "./muonUpdate.ts";
import { adamLines, blended, correction, one, updateNumbers } from "./updateNumbers.ts";

/** The formula of one step for one entry of the flat parameters. */
export type UpdateEntry = (of: UpdateTrace, place: number) => EntryFormula;

/** How each optimizer moves one parameter entry. */
export const updateEntries: Readonly<Record<OptimizerName, UpdateEntry>> = {
  sgd: (of, place) => {
    const { momentum, nesterov } = of.optimizer as Sgd;
    const { rate, g, old, moved, result } = updateNumbers(of, place);
    if (momentum === 0) return [result(product(rate, g))];
    const mu = number(momentum, "μ");
    const [line, u] = moved("velocity", "u", sum(product(mu, old("velocity", "u")), g));
    return [line, result(product(rate, nesterov ? sum(g, product(mu, u)) : u))];
  },

  adam: (of, place) => {
    const { beta1, beta2, epsilon, amsgrad } = of.optimizer as Adam;
    return adamLines(of, place, { rate: number(of.learningRate, "η"), beta1, beta2, epsilon, amsgrad });
  },

  nadam: (of, place) => {
    const { beta1, beta2, epsilon, momentumDecay } = of.optimizer as Nadam;
    const { rate, g, old, moved, result, t } = updateNumbers(of, place);
    const [b1, b2] = [number(beta1, "β₁"), number(beta2, "β₂")];
    const momentumAt = (at: number): Expression => {
      const power: Expression = { kind: "power", base: number(0.96), exponent: at * momentumDecay };
      return product(b1, minus(one, product(number(0.5), power)));
    };
    const all = Array.from({ length: t }, (_, i) => momentumAt(i + 1));
    const [muLine, mu] = step("μ", [], momentumAt(t));
    const [nextLine, next] = step("μ′", [], momentumAt(t + 1));
    const [productLine, together] = step("P", [], product(...all.slice(0, -1), mu));
    const [mLine, m] = moved("m", "m", blended(b1, old("m", "m"), g));
    const [vLine, v] = moved("v", "v", blended(b2, old("v", "v"), square(g)));
    const [vHatLine, vHat] = step("v̂", [], quotient(v, correction(b2, t)));
    const ahead = sum(
      quotient(product(minus(one, mu), g), minus(one, together)),
      quotient(product(next, m), minus(one, product(next, together))),
    );
    const change = product(rate, quotient(ahead, sum(root(vHat), number(epsilon, "ε"))));
    return [mLine, vLine, vHatLine, muLine, nextLine, productLine, result(change)];
  },

  rmsprop: (of, place) => {
    const { alpha, epsilon } = of.optimizer as Rmsprop;
    const { rate, g, old, moved, result } = updateNumbers(of, place);
    const [line, v] = moved("v", "v", blended(number(alpha, "α"), old("v", "v"), square(g)));
    return [line, result(product(rate, quotient(g, sum(root(v), number(epsilon, "ε")))))];
  },

  adagrad: (of, place) => {
    const { epsilon } = of.optimizer as Adagrad;
    const { rate, g, old, moved, result } = updateNumbers(of, place);
    const [line, s] = moved("sum", "s", sum(old("sum", "s"), square(g)));
    return [line, result(product(rate, quotient(g, sum(root(s), number(epsilon, "ε")))))];
  },

  lion: (of, place) => {
    const { beta1, beta2 } = of.optimizer as Lion;
    const { rate, g, old, moved, result } = updateNumbers(of, place);
    const [mixLine, mix] = step("c", [], blended(number(beta1, "β₁"), old("m", "m"), g));
    const [mLine] = moved("m", "m", blended(number(beta2, "β₂"), old("m", "m"), g));
    return [mixLine, mLine, result(product(rate, call("sign", mix)))];
  },

  muon: (of, place) => muonUpdate(of as UpdateTrace & { readonly optimizer: Muon }, place),
};

/**
 * How an optimizer moved one entry of the flat parameters, with its numbers: lines for its state, and the new value in the last one. The values
 * are those of the real step. Throws SettingsError for an optimizer that is not in `optimizers`.
 */
export function updateEntry(of: UpdateTrace, place: number): EntryFormula {
  const { kind } = of.optimizer;
  if (!Object.hasOwn(updateEntries, kind))
    throw new SettingsError(`updateEntry: expected an optimizer of the table of optimizers, found ${kind}`);
  return updateEntries[kind as OptimizerName](of, place);
}
