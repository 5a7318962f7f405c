import type { RandomState } from "../../../src/random/randomState.ts";
import { type Exercise, type Experiment, experiment } from "../exercise.ts";
import { mapped, randomQuantity } from "../quantities.ts";
import { Seed, type Student, type StudentObject } from "../student.ts";
import type { Quantity, Returned } from "../wire.ts";
import {
  type DropoutCase,
  distinctShare,
  expected,
  keptShare,
  maskOf,
  names,
  numbersLike,
} from "./dropout/formulas.ts";
import { mistakes } from "./dropout/mistakes.ts";

const skeleton = `import { map, type NdArray, notWritten, type Random } from "./array.ts";

/**
 * Dropout with inverted scaling. In training, each entry is kept with the probability keepProbability (p) and becomes 0 otherwise;
 * kept entries are divided by p, so that the expected value of each entry stays the same: y = x ⊙ m/p, m[i] = 1 with probability
 * p, else 0. Every forward pass draws a new mask m. In evaluation, y = x. A keepProbability of 0 and one of 1 both mean no dropout.
 *
 * Shapes: x, y of any one shape.
 */
export class Dropout {
  readonly keepProbability: number;
  readonly random: Random;

  /** random.uniform() returns the next number in [0, 1). All random numbers come from it, so that a run can be repeated. */
  constructor(keepProbability: number, random: Random) {
    this.keepProbability = keepProbability;
    this.random = random;
  }

  /** Returns y. Keep what backward needs. */
  forward(x: NdArray, training: boolean): NdArray {
    return notWritten("Dropout.forward");
  }

  /** From dy = ∂J/∂y returns ∂J/∂x of the last forward pass; after one in evaluation, this is dy. */
  backward(dy: NdArray): NdArray {
    return notWritten("Dropout.backward");
  }
}
`;

const randomCase = (random: RandomState, keep: number, shape: readonly number[]): DropoutCase => ({
  x: mapped(randomQuantity(random, shape), (value) => value || 1),
  dy: mapped(randomQuantity(random, shape), (value) => value || 1),
  keep,
  seed: random.randint(0, 2 ** 31),
});

function cases(random: RandomState): DropoutCase[] {
  const one = (keep: number, shape: readonly number[], more?: Partial<DropoutCase>): DropoutCase => ({
    ...randomCase(random, keep, shape),
    ...more,
  });
  // the numbers are such that known wrong fractions of kept entries are far apart
  const [first, second] = [one(0.65, [100, 100], { isCounted: true }), one(0.3, [100, 100], { isCounted: true })];
  const zero = one(0.65, [20, 30]);
  return [
    first,
    second,
    { ...one(0.65, [20, 10, 6]), special: "for x of rank 3" },
    { ...zero, x: mapped(zero.x, () => 0), special: "where x is 0" },
    { ...one(1, [4, 5]), special: "for keepProbability 1" },
    { ...one(0, [4, 5]), special: "for keepProbability 0" },
  ];
}

/** Enough entries for two masks to differ, and no more: the fractions of kept entries are known to be right. */
const smallCases = (random: RandomState): [DropoutCase, DropoutCase] => [
  randomCase(random, 0.65, [8, 12]),
  randomCase(random, 0.3, [10, 9]),
];

const make = (student: Student, { keep, seed }: DropoutCase): Promise<StudentObject> =>
  student.construct("Dropout", keep, new Seed(seed));

async function run(student: Student, one: DropoutCase, report: (name: string, value: Returned) => void): Promise<void> {
  const { x, dy, keep, isCounted } = one;
  const number = (name: string, value: number): void => report(name, { kind: "plain", value });
  const layer = await make(student, one);
  const y = await layer.call("forward", x, true);
  const drawn = numbersLike(y, x);
  const isZero = x.data.every((value) => value === 0);
  if (isCounted && drawn && !isZero) {
    const [rows, columns] = [distinctShare(drawn, "rows"), distinctShare(drawn, "columns")];
    number(names.rows, rows);
    number(names.columns, columns);
    const isConstant = new Set(maskOf(drawn).data).size === 1;
    if (isConstant || (rows > 0.5 && columns > 0.5)) number(names.kept, keptShare(drawn, keep)); // else there are few draws
  }
  report(names.y, y);
  const dx = await layer.call("backward", dy);
  report(names.dx, dx);

  const other = await make(student, one);
  report(names.evaluated, await other.call("forward", x, false));
  report(names.dxEvaluated, await other.call("backward", dy));

  const same = numbersLike(await (await make(student, one)).call("forward", x, true), x);
  if (drawn && same) number(names.repeated, equalShare(drawn, same));

  const secondY = await layer.call("forward", x, true);
  const second = numbersLike(secondY, x);
  if (isCounted && drawn && second && !isZero)
    number(names.renewed, equalShare(maskOf(drawn), maskOf(second)) < 1 ? 1 : 0);
  if (isZero) return;
  report("second y", secondY);
  report(names.secondDx, await layer.call("backward", dy));
}

const equalShare = (a: Quantity, b: Quantity): number =>
  a.data.filter((value, i) => Object.is(value, b.data[i])).length / a.data.length;

interface TurnCase extends DropoutCase {
  readonly other: DropoutCase;
}

/** A pass in evaluation follows one in training, with a batch of another size; a layer's pass comes between those of another. */
const turns: Experiment[] = [
  experiment<DropoutCase>({
    title: "evaluation after training",
    afterSuccess: true,
    cases: (random) => smallCases(random).slice(0, 1),
    run: async (student, one, report) => {
      const layer = await make(student, one);
      report("first y", await layer.call("forward", one.x, true));
      report("y in evaluation", await layer.call("forward", one.x, false));
      report("dx in evaluation", await layer.call("backward", one.dy));
    },
    expected: ({ x, dy }) => ({ "y in evaluation": x, "dx in evaluation": dy }),
    anyFinding: {
      cause: "stale-state",
      message: "an evaluation after training is wrong: y must be x and dx must be dy, whatever mask was drawn before",
    },
  }),
  experiment<DropoutCase>({
    title: "a batch of another size",
    afterSuccess: true,
    cases: smallCases,
    run: async (student, one, report) => {
      const layer = await make(student, one);
      const small = mapped({ shape: [2, 3], data: one.x.data.slice(0, 6) }, (value) => value);
      await layer.call("forward", small, true);
      await layer.call("backward", small);
      report(names.y, await layer.call("forward", one.x, true));
      report(names.dx, await layer.call("backward", one.dy));
    },
    expected: (one, found) => {
      const { [names.y]: y, [names.dx]: dx } = expected(one, found);
      return { [names.y]: y, [names.dx]: dx };
    },
    anyFinding: {
      cause: "stale-state",
      message: "a second batch of another size fails: something with the size of the first batch is kept",
    },
  }),
  experiment<TurnCase>({
    title: "two layers in turn",
    afterSuccess: true,
    cases: (random) => {
      const [one, other] = smallCases(random);
      return [{ ...one, other }];
    },
    run: async (student, one, report) => {
      const layer = await make(student, one);
      const other = await make(student, one.other);
      report(names.y, await layer.call("forward", one.x, true));
      await other.call("forward", one.other.x, true);
      report(names.dx, await layer.call("backward", one.dy));
    },
    expected: (one, found) => {
      const { [names.y]: y, [names.dx]: dx } = expected(one, found);
      return { [names.y]: y, [names.dx]: dx };
    },
    anyFinding: {
      cause: "shared-state",
      message: "two objects of the class affect each other: both keep their state in the same variable",
    },
  }),
];

export const dropout: Exercise = {
  id: "dropout",
  title: "Dropout",
  chapter: "layers",
  points: 10,
  skeleton,
  questions: [
    {
      text: "What would happen in evaluation if kept entries were not divided by keepProbability in training, and what could evaluation do instead?",
    },
  ],
  hints: [
    "Forward draws random numbers. What must backward know about them?",
    "uniform() < p is true with the probability p. Draw one number for each entry, keep the mask, and use the same mask for dy.",
    "y is x ⊙ m/p, so each entry of y depends on one entry of x, with the derivative m/p: dx is dy ⊙ m/p. Where there is no dropout, the factor is 1.",
  ],
  experiments: [
    experiment<DropoutCase>({ title: "training and evaluation", cases, run, expected, mistakes }),
    ...turns,
  ],
};
