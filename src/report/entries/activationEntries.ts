import type { ActivationName } from "../../kernels/activations.ts";
import type { Elu, LeakyRelu, Softplus } from "../../layers/activation.ts";
import type { Layer } from "../../layers/layer.ts";
import { entryLine, type FormulaLine, type LayerEntries, readers, step } from "./entryFormula.ts";
import {
  call,
  type Expression,
  indicator,
  minus,
  negative,
  number,
  product,
  quotient,
  root,
  square,
  sum,
} from "./expression.ts";

/** f(x) or f′(x), with lines for its intermediate results. */
type Part = (x: Expression, layer: Layer) => readonly [lines: readonly FormulaLine[], value: Expression];

const one = number(1);
const zero = number(0);
const plain =
  (value: (x: Expression, layer: Layer) => Expression): Part =>
  (x, layer) => [[], value(x, layer)];

const isPositive = (x: Expression): Expression => indicator(x, ">", zero);
const isNot = (x: Expression): Expression => indicator(x, "≤", zero);

/** u = √(2/π)·(x + 0.044715x³), t = tanh u */
function geluParts(x: Expression): readonly [FormulaLine[], t: Expression] {
  const cube: Expression = { kind: "power", base: x, exponent: 3 };
  const scale = root(quotient(number(2), number(Math.PI, "π")));
  const [first, u] = step("u", [], product(scale, sum(x, product(number(0.044715), cube))));
  const [second, t] = step("t", [], call("tanh", u));
  return [[first, second], t];
}

const alphaOf = (layer: Layer): Expression => number((layer as Elu).alpha, "α");
const seluScale = number(1.0507009873554805);
const seluAlpha = number(1.6732632423543772);

const activations: Readonly<Record<ActivationName, { readonly value: Part; readonly derivative: Part }>> = {
  gelu: {
    value: (x) => {
      const [lines, t] = geluParts(x);
      return [lines, product(quotient(one, number(2)), x, sum(one, t))];
    },
    derivative: (x) => {
      const [lines, t] = geluParts(x);
      const half = quotient(one, number(2));
      const inner = sum(one, product(number(3), number(0.044715), square(x)));
      const du = product(root(quotient(number(2), number(Math.PI, "π"))), inner);
      const [line, value] = step("u′", [], du);
      const derivative = sum(product(half, sum(one, t)), product(half, x, minus(one, square(t)), value));
      return [[...lines, line], derivative];
    },
  },
  geluExact: {
    value: plain((x) => product(x, call("Φ", x))),
    derivative: plain((x) => sum(call("Φ", x), product(x, call("φ", x)))),
  },
  relu: { value: plain((x) => call("max", zero, x)), derivative: plain(isPositive) },
  leakyRelu: {
    value: plain((x, layer) => product(x, leakyDerivative(x, layer))),
    derivative: plain(leakyDerivative),
  },
  tanh: { value: plain((x) => call("tanh", x)), derivative: plain((x) => minus(one, square(call("tanh", x)))) },
  sigmoid: {
    value: plain((x) => quotient(one, sum(one, call("exp", negative(x))))),
    derivative: plain((x) => product(call("σ", x), minus(one, call("σ", x)))),
  },
  silu: {
    value: plain((x) => product(x, call("σ", x))),
    derivative: plain((x) => sum(call("σ", x), product(x, call("σ", x), minus(one, call("σ", x))))),
  },
  softplus: { value: plain(softplus), derivative: plain(softplusDerivative) },
  elu: {
    value: plain((x, layer) =>
      sum(product(isPositive(x), x), product(isNot(x), alphaOf(layer), minus(call("exp", x), one))),
    ),
    derivative: plain((x, layer) => sum(isPositive(x), product(isNot(x), alphaOf(layer), call("exp", x)))),
  },
  selu: {
    value: plain((x) =>
      product(seluScale, sum(product(isPositive(x), x), product(isNot(x), seluAlpha, minus(call("exp", x), one)))),
    ),
    derivative: plain((x) => product(seluScale, sum(isPositive(x), product(isNot(x), seluAlpha, call("exp", x))))),
  },
  hardSwish: {
    value: plain((x) => quotient(product(x, call("min", call("max", zero, sum(x, number(3))), number(6))), number(6))),
    derivative: plain((x) =>
      sum(
        product(
          indicator(x, ">", number(-3)),
          indicator(x, "<", number(3)),
          quotient(sum(product(number(2), x), number(3)), number(6)),
        ),
        indicator(x, "≥", number(3)),
      ),
    ),
  },
};

function leakyDerivative(x: Expression, layer: Layer): Expression {
  return sum(isPositive(x), product(isNot(x), number((layer as LeakyRelu).negativeSlope, "α")));
}

// log(1 + e^(βx))/β = max(0, x) + log(1 + e^(−β|x|))/β, which does not overflow; x itself above the threshold
function softplus(x: Expression, layer: Layer): Expression {
  const { beta, threshold } = layer as Softplus;
  const scaled = beta === 1 ? x : product(number(beta, "β"), x);
  if (numberIn(x) * beta > threshold) return x;
  const logarithm = call("log", sum(one, call("exp", negative(call("abs", scaled)))));
  return sum(call("max", zero, x), beta === 1 ? logarithm : quotient(logarithm, number(beta, "β")));
}

function softplusDerivative(x: Expression, layer: Layer): Expression {
  const { beta, threshold } = layer as Softplus;
  if (numberIn(x) * beta > threshold) return one;
  return call("σ", beta === 1 ? x : product(number(beta, "β"), x));
}

const numberIn = (x: Expression): number => (x as { readonly value: number }).value;

/** Element by element: y = f(x), dx = dy·f′(x). */
function entriesOf({ value, derivative }: { readonly value: Part; readonly derivative: Part }): LayerEntries {
  return {
    y: (of, index) => {
      const { x, y } = readers(of);
      const [lines, expression] = value(x(...index), of.layer);
      return [...lines, entryLine(y(...index), expression)];
    },
    dx: (of, index) => {
      const { x, dx, dy } = readers(of);
      const [lines, expression] = derivative(x(...index), of.layer);
      const [line, f] = step("f′", index, expression);
      return [...lines, line, entryLine(dx(...index), product(dy(...index), f))];
    },
  };
}

export const activationEntries = Object.fromEntries(
  Object.entries(activations).map(([name, parts]) => [name, entriesOf(parts)]),
) as Record<ActivationName, LayerEntries>;
