import type { CrossEntropyLoss } from "../../losses/crossEntropy.ts";
import type { HuberLoss } from "../../losses/huber.ts";
import type { LossName } from "../../losses/losses.ts";
import { ShapeError } from "../../tensor/errors.ts";
import { indexOfPlace } from "../../tensor/places.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { TracedStep } from "../../training/traceStep.ts";
import { type EntryFormula, entryLine, type FormulaLine, range, reader, step, total } from "./entryFormula.ts";
import {
  call,
  type Expression,
  evaluateExpression,
  minus,
  negative,
  number,
  product,
  quotient,
  square,
  sum,
} from "./expression.ts";

/** How a loss is computed: J, with the details of the row of one output, and ∂J/∂ of that output. */
export interface LossEntries {
  readonly loss: (of: TracedStep, place: number) => EntryFormula;
  readonly dx: (of: TracedStep, place: number) => EntryFormula;
}

const lossLine = ({ loss }: TracedStep, expression: Expression): FormulaLine => ({
  ...{ symbol: "J", index: [], expression, value: loss },
});

const outputReader = ({ outputs }: TracedStep) => reader("x", outputs);

/** Losses that are a mean, or a sum, over all elements of h(x, t): `term` is h, `derivative` is âh/âx. */
function elementwise(
  term: (x: Expression, t: Expression, of: TracedStep) => Expression,
  derivative: (x: Expression, t: Expression, of: TracedStep) => Expression,
): LossEntries {
  const numbersOf = (of: TracedStep, place: number) => {
    const index = indexOfPlace(place, of.outputs.shape);
    return [outputReader(of)(...index), reader("t", targetTensor(of))(...index)] as const;
  };
  const mean = (of: TracedStep, expression: Expression): Expression => {
    const { sizeAverage = true } = of.lossFunction as { readonly sizeAverage?: boolean };
    return sizeAverage ? quotient(expression, number(of.outputs.size)) : expression;
  };
  return {
    loss: (of) => {
      const terms = range(of.outputs.size).map((place) => term(...numbersOf(of, place), of));
      return [lossLine(of, mean(of, sum(...terms)))];
    },
    dx: (of, place) => {
      const index = indexOfPlace(place, of.outputs.shape);
      const dx = reader("dx", of.dOutputs)(...index);
      return [entryLine(dx, mean(of, derivative(...numbersOf(of, place), of)))];
    },
  };
}

/** Targets that are numbers. For an ensemble, the targets of the rows repeat for each member. */
function targetTensor({ targets, outputs }: TracedStep): Tensor {
  if (!(targets instanceof Tensor)) throw new ShapeError("lossEntry: expected targets as a tensor of numbers");
  const data = outputs.data.map((_, i) => targets.data[i % targets.size]);
  return new Tensor(outputs.shape, data);
}

const zero = number(0);
const one = number(1);
const delta = ({ lossFunction }: TracedStep): Expression => number((lossFunction as unknown as HuberLoss).delta, "δ");
const isSmall = (x: Expression, t: Expression, of: TracedStep): boolean =>
  Math.abs(evaluateExpression(minus(x, t))) < evaluateExpression(delta(of));

/** A row of cross-entropy: the probabilities, and the share r of each class in its loss. */
function crossEntropyRow(of: TracedStep, row: number) {
  const { outputs, targets } = of;
  const options = of.lossFunction as unknown as Partial<CrossEntropyLoss>;
  const { labelSmoothing: epsilon = 0, classWeights } = options;
  const classes = outputs.shape[outputs.rank - 1];
  const rows = outputs.size / classes;
  const lead = indexOfPlace(row, outputs.shape.slice(0, -1));
  const x = (j: number) => outputReader(of)(...lead, j);
  const soft = targets instanceof Tensor && targets.rank === outputs.rank;
  const given = (targets instanceof Tensor ? targets.data : targets) as ArrayLike<number>;
  const share = (j: number): number => {
    const label = soft ? given[(row * classes + j) % given.length] : Number(given[row % given.length] === j);
    return (classWeights?.[j] ?? 1) * ((1 - epsilon) * label + epsilon / classes);
  };
  // e^x as it is, unless it would overflow
  const largest = Math.max(...range(classes).map((j) => x(j).value));
  const power = (j: number): Expression => call("exp", Math.abs(largest) > 100 ? minus(x(j), number(largest)) : x(j));
  const probability = (j: number): Expression => quotient(power(j), sum(...range(classes).map(power)));
  const p = (j: number): Expression => number(evaluateExpression(probability(j)), "p", [...lead, j]);
  const weights = (row: number): number => classWeights?.[given[row % given.length]] ?? 1;
  const divisor = soft || !classWeights ? rows : range(rows).reduce((all, each) => all + weights(each), 0);
  const used = range(classes).filter((j) => share(j) !== 0);
  const term = (j: number): Expression => {
    const log = negative(call("log", p(j)));
    return share(j) === 1 ? log : product(number(share(j), "r", [...lead, j]), log);
  };
  const scale = (expression: Expression): Expression =>
    (options.sizeAverage ?? true) ? (divisor > 0 ? quotient(expression, number(divisor, "N")) : number(0)) : expression;
  return { rows, lead, classes, share, probability, p, used, loss: total(used, term), scale };
}

const crossEntropy: LossEntries = {
  loss: (of, place) => {
    const classes = of.outputs.shape[of.outputs.rank - 1];
    const row = Math.floor(place / classes);
    const { rows, lead, used, probability, loss, scale } = crossEntropyRow(of, row);
    const [likely] = used.toSorted((a, b) => crossEntropyRow(of, row).share(b) - crossEntropyRow(of, row).share(a));
    const lines = likely === undefined ? [] : [step("p", [...lead, likely], probability(likely))[0]];
    const [line] = step("ℓ", lead, loss);
    const losses = range(rows).map((each) => {
      const other = crossEntropyRow(of, each);
      return number(evaluateExpression(other.loss), "ℓ", other.lead);
    });
    return [...lines, line, lossLine(of, scale(sum(...losses)))];
  },
  dx: (of, place) => {
    const index = indexOfPlace(place, of.outputs.shape);
    const j = index[index.length - 1];
    const { lead, classes, share, probability, scale } = crossEntropyRow(
      of,
      Math.floor(place / of.outputs.shape[of.outputs.rank - 1]),
    );
    const [line, p] = step("p", [...lead, j], probability(j));
    const all = range(classes).reduce((sum, each) => sum + share(each), 0);
    const weighted = Math.abs(all - 1) < 1e-15 ? p : product(p, number(all, "R", lead));
    const own = share(j) === 0 ? weighted : minus(weighted, number(share(j), "r", index));
    return [line, entryLine(reader("dx", of.dOutputs)(...index), scale(own))];
  },
};

/** How every loss is computed. */
export const lossEntries: Readonly<Record<LossName, LossEntries>> = {
  crossEntropy,
  meanSquaredError: elementwise(
    (x, t) => square(minus(x, t)),
    (x, t) => product(number(2), minus(x, t)),
  ),
  meanAbsoluteError: elementwise(
    (x, t) => call("abs", minus(x, t)),
    (x, t) => call("sign", minus(x, t)),
  ),
  huber: elementwise(
    (x, t, of) =>
      isSmall(x, t, of)
        ? quotient(square(minus(x, t)), number(2))
        : product(delta(of), minus(call("abs", minus(x, t)), quotient(delta(of), number(2)))),
    (x, t, of) => (isSmall(x, t, of) ? minus(x, t) : product(delta(of), call("sign", minus(x, t)))),
  ),
  binaryCrossEntropy: elementwise(
    (x, t) =>
      sum(minus(call("max", x, zero), product(x, t)), call("log", sum(one, call("exp", negative(call("abs", x)))))),
    (x, t) => minus(call("σ", x), t),
  ),
};

/**
 * How the loss of a step was computed, with its numbers: array "J" for the loss, "dx" for its gradient with respect to one output, at `place` in
 * row-major order. For J, `place` chooses the row that is shown in detail. Throws ShapeError for a loss that is not in `losses`.
 */
export function lossEntry(of: TracedStep, array: "J" | "dx", place: number): EntryFormula {
  if (!Object.hasOwn(lossEntries, of.lossKind))
    throw new ShapeError(`lossEntry: expected a loss of the table of losses, found ${of.lossKind}`);
  const { loss, dx } = lossEntries[of.lossKind as LossName];
  return array === "J" ? loss(of, place) : dx(of, place);
}
